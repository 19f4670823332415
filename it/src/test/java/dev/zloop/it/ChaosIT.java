package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.OpenDescriptors;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.SocketOption;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Connections that do as they please, on both ends: whatever they do and whenever, what arrives is
 * right, every one ends, everybody is told, and nothing is left.
 */
class ChaosIT {
  private static final String SEED = "zloop.seed";
  private static final int CONNECTIONS = 400;
  private static final int LENGTH_MAX = 1 << 20;

  /** So that an end which nobody answers is an end nevertheless. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(200);

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  private final Queue<Mono<Void>> ends = new ConcurrentLinkedQueue<>();
  private final List<CompletableFuture<Void>> peers = new ArrayList<>();

  /** What our receivers failed with, other than the connection's end. */
  private final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();

  @Test
  void everyConnectionEndsWhateverItsEndsDo() throws IOException {
    long seed = Long.getLong(SEED, System.nanoTime());
    // The same again, though not at the very same moments.
    System.out.println("ChaosIT: -D" + SEED + "=" + seed);
    run(new Random(seed));
  }

  private void run(Random random) throws IOException {
    OpenDescriptors before = OpenDescriptors.now();
    DisposableServer server =
        LOOPS
            .echoServer()
            .doOnConnection(connection -> ends.add(connection.onDispose()))
            .doOnError((connection, error) -> {})
            .childOption(SocketOption.CLOSE_TIMEOUT, CLOSE_TIMEOUT)
            .bindNow();
    for (int i = 0; i < CONNECTIONS; i++) {
      Random ownRandom = new Random(random.nextLong());
      if (ownRandom.nextBoolean()) {
        startClient(server, new Pattern(i), ownRandom);
      } else {
        startPeer(server, new Pattern(i), ownRandom);
      }
    }
    peers.forEach(Await::completion);
    server.disposeNow();
    Await.completion(Flux.fromIterable(ends).flatMap(end -> end, CONNECTIONS * 2).then());
    Await.until("no sockets", () -> OpenDescriptors.now().isWithin(before));
    assertEquals(List.of(), List.copyOf(wrong));
  }

  // ---- our client

  private void startClient(DisposableServer server, Pattern pattern, Random random) {
    Connection connection =
        LOOPS.client(server.port()).option(SocketOption.CLOSE_TIMEOUT, CLOSE_TIMEOUT).connectNow();
    ends.add(connection.onDispose());
    Flux<ByteBuf> buffers =
        pattern.buffers(random.nextInt(LENGTH_MAX), 1 + random.nextInt(100_000));
    connection
        .outbound()
        .send(random.nextBoolean() ? buffers : buffers.subscribeOn(Schedulers.parallel()))
        .then()
        .subscribe(nothing -> {}, error -> {});
    connection
        .inbound()
        .receive()
        .subscribe(new Reader(connection, pattern, random.nextInt(20), random.nextInt(4)));
    // Those that have received enough before this have ended themselves; this ends the others.
    long delayMillis = random.nextInt(300);
    int how = random.nextInt(4);
    connection.loop().schedule(() -> end(connection, how), Duration.ofMillis(delayMillis));
  }

  private static void end(Connection connection, int how) {
    switch (how) {
      case 0 -> connection.abort();
      case 1 ->
          connection
              .outbound()
              .shutdownOutput()
              .then()
              .subscribe(nothing -> {}, error -> {}, connection::dispose);
      default -> connection.dispose();
    }
  }

  /** Checks what it gets, one by one, and has enough after some buffers. */
  private final class Reader extends BaseSubscriber<ByteBuf> {
    private final Connection connection;
    private final Checker checker;
    private final int how;
    private int left;

    Reader(Connection connection, Pattern pattern, int buffers, int how) {
      this.connection = connection;
      this.checker = new Checker(pattern);
      this.left = buffers;
      this.how = how;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      request(1);
    }

    @Override
    protected void hookOnNext(ByteBuf buffer) {
      checker.accept(buffer);
      if (left-- > 0) {
        request(1);
      } else if (how == 3) {
        cancel();
      } else {
        end(connection, how);
      }
    }

    @Override
    protected void hookOnError(Throwable error) {
      if (!(error instanceof IOException)) {
        wrong.add(error);
      }
    }
  }

  // ---- the JDK's

  private void startPeer(DisposableServer server, Pattern pattern, Random random)
      throws IOException {
    Peer peer = Peer.connect(server.address());
    long length = random.nextInt(LENGTH_MAX);
    long received = (long) (length * random.nextDouble());
    int how = random.nextInt(3);
    CompletableFuture<Void> sending =
        peer.sendInBackground(pattern, length).exceptionally(error -> null);
    peers.add(
        Background.run(() -> {
          peer.receive(pattern, received);
          switch (how) {
            case 0 -> peer.reset();
            case 1 -> peer.close();
            default -> {
              peer.receive(pattern, length - received);
              peer.shutdownOutput();
              peer.receiveEnd();
              peer.close();
            }
          }
          Await.completion(sending);
        }));
  }
}
