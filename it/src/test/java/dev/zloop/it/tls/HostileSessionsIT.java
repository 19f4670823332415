package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.OpenBuffers;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.SocketOption;
import dev.zloop.reactor.tcp.TcpServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Peers that have a key: what they make this side keep for them is bounded. */
class HostileSessionsIT {
  private static final int MANY = 5_000;
  private static final int KEYS = 100_000;

  /** Answers to what came with one receive, and four queues of them. */
  private static final int BUFFERS_MAX = 3_000;

  private static final int BUFFER_BYTES = 10_000;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @AfterEach
  void noBufferIsLeft() {
    OpenBuffers.awaitNone();
  }

  /** A stream without end, to a peer that reads nothing. */
  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "BORINGSSL,TLSv1.2", "BORINGSSL,TLSv1.3"})
  void forAPeerThatNeverReadsLittleIsKept(TlsEngine engine, String protocol) throws IOException {
    AtomicLong made = new AtomicLong();
    try (Victim victim = streaming(engine, made);
        HostileTalker talker = HostileTalker.connect(victim, protocol)) {
      talker.peer().send(talker.wrap(new byte[1]));
      Turns.untilSteady(LOOPS.group(), made::get);
      assertTrue(made.get() < 8 << 20, () -> made + " bytes were made for who reads none");
    }
  }

  /** Which is refused; until it were done, nothing of the application's could be encrypted. */
  @Test
  void forAPeerInAHandshakeThatIsNeverDoneLittleIsKept() throws IOException {
    AtomicLong made = new AtomicLong();
    try (Victim victim = streaming(TlsEngine.JDK, made);
        HostileTalker talker = HostileTalker.connect(victim, "TLSv1.2")) {
      talker.peer().send(talker.shakeHandsAgain());
      AtomicLong taken = new AtomicLong();
      Background.run(() -> take(talker, taken));
      Turns.untilSteady(LOOPS.group(), () -> Math.min(made.get() - taken.get(), 64 << 20));
      long kept = made.get() - taken.get();
      assertTrue(kept < 8 << 20, () -> kept + " bytes were made and cannot be encrypted");
    }
  }

  private static void take(HostileTalker talker, AtomicLong taken) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
    for (int count = 0; count >= 0; count = talker.peer().channel().read(bytes.clear())) {
      taken.addAndGet(count);
    }
  }

  private static Victim streaming(TlsEngine engine, AtomicLong made) {
    return Victim.of(
        LOOPS,
        engine,
        spec -> {},
        server ->
            server.handle((in, out) ->
                out.send(Mono.fromSupplier(() -> next(made)).repeat())
                    .then()
                    .mergeWith(in.receive().then())));
  }

  private static ByteBuf next(AtomicLong made) {
    made.addAndGet(BUFFER_BYTES);
    return Unpooled.directBuffer(BUFFER_BYTES).writeZero(BUFFER_BYTES);
  }

  /** Each wants an answer, which it does not read. */
  @ParameterizedTest
  @EnumSource
  void newKeysWithoutEndDoNotFillTheQueue(TlsEngine engine) throws IOException {
    try (Victim victim = Victim.of(LOOPS, engine, spec -> {}, HostileSessionsIT::keepingLittle)) {
      try (HostileTalker talker = HostileTalker.connect(victim, "TLSv1.3")) {
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Void> sending = Background.run(() -> sendNewKeys(talker, sent));
        sending.exceptionally(refused -> null);
        Await.until(
            "an end of it, or of the kernel's patience",
            () -> sending.isDone() || OpenBuffers.count() > BUFFERS_MAX || isStuck(sent));
        assertTrue(
            OpenBuffers.count() <= BUFFERS_MAX,
            () -> OpenBuffers.count() + " buffers wait after " + sent);
      }
      victim.assertServes();
    }
  }

  /** So that it does not take many to fill the queue: the kernel keeps few of them. */
  private static TcpServer keepingLittle(TcpServer server) {
    return server
        .option(SocketOption.SO_RCVBUF, 8 << 10)
        .childOption(SocketOption.SO_SNDBUF, 8 << 10)
        .childOption(SocketOption.WRITE_QUEUE_LOW_BYTES, 8 << 10)
        .childOption(SocketOption.WRITE_QUEUE_HIGH_BYTES, 16 << 10);
  }

  private static void sendNewKeys(HostileTalker talker, AtomicLong sent) throws IOException {
    for (int i = 0; i < KEYS; i++) {
      talker.peer().send(talker.shakeHandsAgain());
      sent.incrementAndGet();
    }
  }

  /** Whether nothing more is taken, for many turns. */
  private static boolean isStuck(AtomicLong sent) {
    long before = sent.get();
    Turns.many(LOOPS.group());
    return before > 0 && before == sent.get();
  }

  /** From who has the key, thousands of records with nothing in them. */
  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "BORINGSSL,TLSv1.2", "BORINGSSL,TLSv1.3"})
  void emptyRecordsWithoutEndLeaveTheOthersAlone(TlsEngine engine, String protocol)
      throws IOException {
    try (Victim victim = Victim.of(LOOPS, engine)) {
      try (HostileTalker talker = HostileTalker.connect(victim, protocol)) {
        CompletableFuture<Void> sending =
            Background.run(() -> {
              for (int i = 0; i < MANY; i++) {
                talker.peer().send(talker.wrap(new byte[0]));
              }
            });
        victim.assertServes();
        sending.exceptionally(refused -> null).join();
      }
      victim.assertServes();
    }
  }
}
