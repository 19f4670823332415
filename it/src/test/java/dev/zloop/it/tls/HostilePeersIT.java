package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.OpenBuffers;
import dev.zloop.it.support.OpenDescriptors;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Peers that have no key and mean no good: each is got rid of and told of once, and leaves nothing.
 */
class HostilePeersIT {
  private static final String SEED = "zloop.seed";
  private static final int AT_ONCE = 16;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static Random random(Object test) {
    long seed = Long.getLong(SEED, System.nanoTime());
    System.out.println("HostilePeersIT, " + test + ": -D" + SEED + "=" + seed);
    return new Random(seed);
  }

  @AfterEach
  void noBufferIsLeft() {
    OpenBuffers.awaitNone();
  }

  // ---- the server

  @ParameterizedTest
  @EnumSource
  void aServerGetsOverWhateverIsSentForAHello(TlsEngine engine) {
    Map<String, byte[]> attacks = HostileBytes.all(random(engine));
    try (Victim victim = Victim.of(LOOPS, engine)) {
      attackAll(victim, attacks);
      victim.assertServes();
    }
  }

  /** It reads the name that a client asks for before it chooses a certificate. */
  @ParameterizedTest
  @EnumSource
  void aServerOfManyNamesGetsOverWhateverIsSentForAHello(TlsEngine engine) {
    Map<String, byte[]> attacks = HostileBytes.all(random(engine));
    var other = Certificates.TRUSTED.forNames("other.example");
    try (Victim victim =
        Victim.of(
            LOOPS,
            engine,
            spec -> spec.serverName("other.example", TlsEngine.build(engine.server(other))))) {
      attackAll(victim, attacks);
      victim.assertServes();
    }
  }

  /** Each sends its bytes and then its end, and waits for the server's. */
  private static void attackAll(Victim victim, Map<String, byte[]> attacks) {
    Queue<String> running = new ConcurrentLinkedQueue<>(attacks.keySet());
    Flux<Void> all =
        Flux.fromIterable(attacks.entrySet())
            .flatMap(
                attack ->
                    Mono.<Void>fromRunnable(
                            () -> {
                              attack(victim.address(), attack.getValue());
                              running.remove(attack.getKey());
                            })
                        .subscribeOn(Schedulers.boundedElastic()),
                AT_ONCE);
    CompletableFuture<Void> done = all.then().toFuture();
    if (!Await.comesTrue(done::isDone)) {
      throw new AssertionError("without end: " + running);
    }
    Await.completion(done);
    Await.until(
        "each told of, out of " + attacks.size(), () -> victim.failures().size() >= attacks.size());
    assertEquals(attacks.size(), victim.failures().size());
    for (Throwable failure : victim.failures()) {
      assertTrue(failure instanceof TlsException, failure::toString);
      assertTrue(failure.getMessage().length() < 1000, failure::getMessage);
    }
  }

  private static void attack(SocketAddress address, byte[] bytes) {
    try (Peer peer = Peer.connect(address)) {
      CompletableFuture<Void> sending =
          Background.run(() -> {
            peer.send(bytes);
            peer.shutdownOutput();
          });
      peer.receiveToEnd();
      sending.exceptionally(refused -> null).join();
    } catch (IOException reset) {
      // as good an end
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHelloByteForByteIsAnswered(TlsEngine engine) throws IOException {
    try (Victim victim = Victim.of(LOOPS, engine);
        Peer peer = Peer.connect(victim.address())) {
      peer.channel().setOption(StandardSocketOptions.TCP_NODELAY, true);
      for (byte next : HostileBytes.clientHello()) {
        peer.send(new byte[] {next});
      }
      assertEquals(HostileBytes.HANDSHAKE, peer.receiveText(1).charAt(0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void handshakesThatAreNeverDoneAreThrownOut(TlsEngine engine) throws IOException {
    byte[] hello = HostileBytes.clientHello();
    List<Peer> peers = new ArrayList<>();
    try (Victim victim =
        Victim.of(LOOPS, engine, spec -> spec.handshakeTimeout(Duration.ofMillis(500)))) {
      for (int i = 0; i < 300; i++) {
        Peer peer = Peer.connect(victim.address());
        peers.add(peer);
        peer.send(HostileBytes.head(hello, hello.length * (i % 4) / 3));
      }
      Await.until("all thrown out", () -> victim.failures().size() == peers.size());
      for (Throwable failure : victim.failures()) {
        assertEquals(Reason.TIMED_OUT, ((TlsException) failure).reason(), failure::toString);
      }
      for (Peer peer : peers) {
        Failures.of(IOException.class, () -> peer.receiveToEnd()); // a reset: nothing lingers
        peer.close();
      }
    }
  }

  // ---- the client

  @ParameterizedTest
  @EnumSource
  void aClientGetsOverWhateverAServerAnswers(TlsEngine engine) throws IOException {
    Map<String, byte[]> attacks = HostileBytes.all(random(engine));
    OpenDescriptors before = OpenDescriptors.now();
    try (ServerSocketChannel listener = Peer.listen()) {
      List<byte[]> answers = List.copyOf(attacks.values());
      CompletableFuture<Void> serving =
          Background.run(() -> {
            for (byte[] answer : answers) {
              Peer peer = Peer.accept(listener);
              Background.run(() -> answer(peer, answer));
            }
          });
      TcpClient client =
          LOOPS
              .client(listener.socket().getLocalPort())
              .host("localhost")
              .secure(TlsEngine.build(engine.client()));
      List<Throwable> failures =
          Flux.range(0, answers.size())
              .flatMap(
                  i ->
                      client
                          .connect()
                          .map(wrong -> (Throwable) new AssertionError("connected: " + wrong))
                          .onErrorResume(Mono::just),
                  AT_ONCE)
              .collectList()
              .block(Await.PATIENCE);
      Await.completion(serving);
      for (Throwable failure : failures) {
        assertTrue(failure instanceof TlsException, failure::toString);
      }
      assertEquals(answers.size(), failures.size());
    }
    Await.until("no descriptors", () -> OpenDescriptors.now().isWithin(before));
  }

  private static void answer(Peer peer, byte[] bytes) throws IOException {
    try (peer) {
      peer.send(bytes);
      peer.shutdownOutput();
      peer.receiveToEnd();
    }
  }
}
