package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.SocketOption;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Who takes slowly slows down who sends, all the way through both kernels, and memory is bounded.
 */
class BackPressureIT {
  private static final int MEBIBYTE = 1 << 20;
  private static final int KERNEL_BUFFER_BYTES = 64 << 10;
  private static final int BUFFER_BYTES = 16 << 10;

  /** Of each kernel buffer twice, as it doubles them, and as much again for its bookkeeping. */
  private static final int IN_KERNEL_BYTES_MAX = 2 * 2 * 2 * KERNEL_BUFFER_BYTES;

  private static final int WRITE_QUEUE_HIGH_BYTES = 64 << 10;
  private static final int OVERSHOOT_BYTES_MAX = 256 << 10;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  @Test
  void aPeerThatReadsAtATrickleHoldsUpThePublisherAndNotTheMemory() throws IOException {
    long length = 100 * MEBIBYTE;
    Source source = new Source(length);
    DisposableServer server =
        LOOPS
            .server()
            .childOption(SocketOption.SO_SNDBUF, KERNEL_BUFFER_BYTES)
            .handle((in, out) -> out.send(source.buffers()))
            .bindNow();
    try (Peer peer = Peer.connect(server.address(), KERNEL_BUFFER_BYTES)) {
      source.takenBy(peer::received);
      Turns.untilSteady(LOOPS.group(), () -> source.pulledBytes);
      source.assertBounded();
      for (int i = 0; i < 1000; i++) {
        peer.receive(Pattern.DEFAULT, 1000);
      }
      source.assertBounded();
      peer.receive(Pattern.DEFAULT, length - peer.received());
      peer.receiveEnd();
      source.assertBounded();
    }
    assertEquals(length, source.pulledBytes);
    server.disposeNow();
  }

  @Test
  void aSmallBufferBeforeLargeOnesDoesNotDeceive() throws IOException {
    long length = 8 * MEBIBYTE;
    Source source = new Source(length);
    Flux<ByteBuf> buffers = Flux.concat(Pattern.DEFAULT.buffers(1, 1), source.buffers());
    DisposableServer server =
        LOOPS
            .server()
            .childOption(SocketOption.SO_SNDBUF, KERNEL_BUFFER_BYTES)
            .handle((in, out) -> out.send(buffers))
            .bindNow();
    try (Peer peer = Peer.connect(server.address(), KERNEL_BUFFER_BYTES)) {
      source.takenBy(() -> Math.max(0, peer.received() - 1));
      Turns.untilSteady(LOOPS.group(), () -> source.pulledBytes);
      source.assertBounded();
    }
    server.disposeNow();
  }

  @Test
  void anEchoIsHeldUpByAPeerThatDoesNotRead() throws IOException {
    long length = 16 * MEBIBYTE;
    DisposableServer server =
        LOOPS
            .echoServer()
            .option(SocketOption.SO_RCVBUF, KERNEL_BUFFER_BYTES)
            .childOption(SocketOption.SO_SNDBUF, KERNEL_BUFFER_BYTES)
            .bindNow();
    try (Peer peer = Peer.connect(server.address(), KERNEL_BUFFER_BYTES)) {
      long stoppedAt = peer.sendUntilStopped(Pattern.DEFAULT, length, LOOPS.group());
      long bound = 2 * IN_KERNEL_BYTES_MAX + OVERSHOOT_BYTES_MAX + 2 * WRITE_QUEUE_HIGH_BYTES;
      assertTrue(stoppedAt <= bound, () -> stoppedAt + " bytes were taken, none was read");
      CompletableFuture<Void> sending =
          peer.sendInBackground(Pattern.DEFAULT, length - peer.sent());
      peer.receive(Pattern.DEFAULT, length);
      Await.completion(sending);
    }
    server.disposeNow();
  }

  /** A pattern in buffers that are made when they are requested, and watched. */
  private static final class Source {
    private final long length;

    private final Deque<ByteBuf> unreleased = new ArrayDeque<>();
    private volatile long pulledBytes;
    private volatile long aheadBytesMax;
    private volatile long unreleasedBytesMax;
    private volatile LongSupplier takenBytes = () -> 0;

    Source(long length) {
      this.length = length;
    }

    void takenBy(LongSupplier bytes) {
      takenBytes = bytes;
    }

    Flux<ByteBuf> buffers() {
      return Pattern.DEFAULT.buffers(length, BUFFER_BYTES).doOnNext(this::onPulled);
    }

    private void onPulled(ByteBuf buffer) {
      pulledBytes += buffer.readableBytes();
      aheadBytesMax = Math.max(aheadBytesMax, pulledBytes - takenBytes.getAsLong());
      unreleased.removeIf(older -> older.refCnt() == 0);
      unreleased.add(buffer);
      long bytes = (long) unreleased.size() * BUFFER_BYTES;
      unreleasedBytesMax = Math.max(unreleasedBytesMax, bytes);
    }

    void assertBounded() {
      assertTrue(
          unreleasedBytesMax <= WRITE_QUEUE_HIGH_BYTES + BUFFER_BYTES,
          () -> unreleasedBytesMax + " bytes of buffers at once");
      // What the peer has received is known only after it was checked, in pieces of 64 KiB.
      long bound = unreleasedBytesMax + IN_KERNEL_BYTES_MAX + (64 << 10);
      assertTrue(aheadBytesMax <= bound, () -> aheadBytesMax + " bytes ahead of the peer");
    }
  }

  @Test
  void withoutDemandThePeerStopsAtTheWindowAndLosesNothing() throws IOException {
    long length = 16 * MEBIBYTE;
    OnDemand receiver = new OnDemand();
    DisposableServer server = serverOf(receiver);
    try (Peer peer = Peer.connect(server.address(), KERNEL_BUFFER_BYTES)) {
      long stoppedAt = peer.sendUntilStopped(Pattern.DEFAULT, length, LOOPS.group());
      long bound = IN_KERNEL_BYTES_MAX + OVERSHOOT_BYTES_MAX;
      assertTrue(stoppedAt <= bound, () -> stoppedAt + " bytes were taken without demand");
      assertEquals(0, receiver.buffers.get());

      Await.completion(receiver.subscribed);
      receiver.requestUnbounded();
      peer.send(Pattern.DEFAULT, length - peer.sent());
      peer.shutdownOutput();
      Await.completion(receiver.end);
      assertEquals(length, receiver.checker.received());
    }
    server.disposeNow();
  }

  @Test
  void aDemandOfNIsNBuffersAndNoMore() throws IOException {
    OnDemand receiver = new OnDemand();
    DisposableServer server = serverOf(receiver);
    try (Peer peer = Peer.connect(server.address(), KERNEL_BUFFER_BYTES)) {
      Await.completion(receiver.subscribed);
      for (int demand = 1; demand <= 8; demand++) {
        int before = receiver.buffers.get();
        receiver.request(demand);
        int expected = before + demand;
        Await.until(
            "what was requested",
            () -> {
              peer.sendUntilFull(Pattern.DEFAULT, Long.MAX_VALUE);
              return receiver.buffers.get() >= expected;
            });
        peer.sendUntilStopped(Pattern.DEFAULT, Long.MAX_VALUE, LOOPS.group());
        assertEquals(expected, receiver.buffers.get());
      }
      receiver.end.complete(null);
    }
    server.disposeNow();
  }

  private static DisposableServer serverOf(OnDemand receiver) {
    return LOOPS
        .server()
        .option(SocketOption.SO_RCVBUF, KERNEL_BUFFER_BYTES)
        .handle((in, out) -> {
          in.receive().subscribe(receiver);
          return Mono.fromFuture(receiver.end);
        })
        .bindNow();
  }

  /** Requests nothing by itself. */
  private static final class OnDemand extends BaseSubscriber<ByteBuf> {
    final Checker checker = new Checker();
    final AtomicInteger buffers = new AtomicInteger();
    final CompletableFuture<Void> end = new CompletableFuture<>();
    final CompletableFuture<Void> subscribed = new CompletableFuture<>();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscribed.complete(null);
    }

    @Override
    protected void hookOnNext(ByteBuf buffer) {
      checker.accept(buffer);
      buffers.incrementAndGet();
    }

    @Override
    protected void hookOnComplete() {
      end.complete(null);
    }

    @Override
    protected void hookOnError(Throwable error) {
      end.completeExceptionally(error);
    }
  }

  @Test
  void aSlowConsumerOnAnotherThreadGetsAllInOrder() throws IOException {
    long length = 4 * MEBIBYTE;
    Checker checker = new Checker();
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) ->
                in.receive()
                    .retain()
                    .publishOn(Schedulers.boundedElastic(), 4)
                    .concatMap(
                        buffer ->
                            Mono.fromRunnable(() -> checker.accept(buffer))
                                .subscribeOn(Schedulers.parallel())
                                .doFinally(signal -> buffer.release()),
                        1)
                    .then())
            .bindNow();
    try (Peer peer = Peer.connect(server.address(), KERNEL_BUFFER_BYTES)) {
      peer.send(Pattern.DEFAULT, length);
      peer.shutdownOutput();
      peer.receiveEnd();
    }
    assertEquals(length, checker.received());
    server.disposeNow();
  }

  @Test
  void whoKeepsEverythingCostsItselfAndNotItsNeighbours() throws IOException {
    long length = 24 * MEBIBYTE; // more than a loop has receive buffers for
    List<ByteBuf> kept = new ArrayList<>();
    CompletableFuture<Void> all = new CompletableFuture<>();
    DisposableServer keeper =
        LOOPS
            .server()
            .runOn(LOOPS.first())
            .handle((in, out) ->
                in.receive()
                    .retain()
                    .doOnNext(kept::add)
                    .then(Mono.fromRunnable(() -> all.complete(null))))
            .bindNow();
    try (Peer peer = Peer.connect(keeper.address())) {
      peer.send(Pattern.DEFAULT, length);
      peer.shutdownOutput();
      peer.receiveEnd();
    }
    Await.completion(all);
    DisposableServer neighbour = LOOPS.echoServer().runOn(LOOPS.first()).bindNow();
    try (Peer peer = Peer.connect(neighbour.address())) {
      for (int i = 0; i < 100; i++) {
        peer.send(Pattern.DEFAULT, 10_000);
        peer.receive(Pattern.DEFAULT, 10_000);
      }
    }
    Checker checker = new Checker();
    kept.forEach(checker);
    kept.forEach(ByteBuf::release);
    assertEquals(length, checker.received());
    keeper.disposeNow();
    neighbour.disposeNow();
  }
}
