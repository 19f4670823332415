package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** A connection that breaks, or whose peer goes: everybody concerned is told, and told why. */
class ResetIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  /** What a handler's connection and its receive() came to. */
  private static final class Observed {
    final CompletableFuture<Connection> connection = new CompletableFuture<>();
    final CompletableFuture<Throwable> received = new CompletableFuture<>();
    final CompletableFuture<Throwable> sent = new CompletableFuture<>();
    final CompletableFuture<Throwable> handler = new CompletableFuture<>();

    void awaitEnd() {
      Await.completion(Await.completion(connection).onDispose());
    }
  }

  @Test
  void receiveFailsWithTheNameOfTheError() throws IOException {
    Observed seen = new Observed();
    CountDownLatch firstByte = new CountDownLatch(1);
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(seen.connection::complete)
            .doOnError((connection, error) -> seen.handler.complete(error))
            .handle((in, out) ->
                in.receive()
                    .doOnNext(buffer -> firstByte.countDown())
                    .doOnError(seen.received::complete)
                    .then())
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.send("x");
      Await.until("the first byte", () -> firstByte.getCount() == 0);
      peer.reset();
    }
    Throwable error = Await.completion(seen.received);
    assertTrue(error instanceof IOException, error::toString);
    Failures.assertMentions(error, "ECONNRESET");
    assertEquals(error, Await.completion(seen.handler));
    seen.awaitEnd();
    server.disposeNow();
  }

  @Test
  void whatIsBeingSentFailsAndItsPublisherIsCancelled() throws IOException {
    Observed seen = new Observed();
    AtomicLong pulled = new AtomicLong();
    CountDownLatch cancelled = new CountDownLatch(1);
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(seen.connection::complete)
            .doOnError((connection, error) -> seen.handler.complete(error))
            .handle((in, out) ->
                out.send(
                        Pattern.DEFAULT
                            .buffers(Long.MAX_VALUE, 16 << 10)
                            .doOnNext(buffer -> pulled.addAndGet(buffer.readableBytes()))
                            .doOnCancel(cancelled::countDown))
                    .then()
                    .doOnError(seen.sent::complete))
            .bindNow();
    try (Peer peer = Peer.connect(server.address(), 16 << 10)) {
      Turns.untilSteady(LOOPS.group(), pulled::get);
      peer.reset();
    }
    Throwable error = Await.completion(seen.sent);
    assertTrue(error instanceof IOException, error::toString);
    Failures.assertMentions(error, "ECONNRESET");
    assertEquals(error, Await.completion(seen.handler));
    Await.until("the publisher cancelled", () -> cancelled.getCount() == 0);
    seen.awaitEnd();
    server.disposeNow();
  }

  @Test
  void aConnectionThatNobodyReadsNoticesAReset() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      Peer.accept(listener).reset();
      Await.completion(client.onDispose());
    }
  }

  @Test
  void aConnectionThatNobodyReadsNoticesAnOrderlyEnd() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      Peer.accept(listener).close();
      Await.completion(client.onDispose());
    }
  }

  @Test
  void aConnectionThatNobodyReadsNoticesAResetBehindUnreadBytes() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      try (Peer peer = Peer.accept(listener)) {
        peer.send(Pattern.DEFAULT, 10_000);
        Turns.many(LOOPS.group());
        peer.reset();
      }
      Await.completion(client.onDispose());
    }
  }

  @Test
  void aHandlerThatDoesNothingIsCancelled() throws IOException {
    Observed seen = new Observed();
    CountDownLatch cancelled = new CountDownLatch(1);
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(seen.connection::complete)
            .handle((in, out) -> Mono.<Void>never().doOnCancel(cancelled::countDown))
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      Await.completion(seen.connection);
      peer.reset();
    }
    seen.awaitEnd();
    Await.until("the handler cancelled", () -> cancelled.getCount() == 0);
    server.disposeNow();
  }

  @Test
  void aSubscriberWithoutDemandIsToldOfAReset() throws IOException {
    Without demand = new Without();
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      client.inbound().receive().subscribe(demand);
      Peer.accept(listener).reset();
      Failures.assertMentions(Await.completion(demand.failure), "ECONNRESET");
      Await.completion(client.onDispose());
    }
  }

  @Test
  void aSubscriberWithoutDemandIsToldOfAnOrderlyEnd() throws IOException {
    Without demand = new Without();
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      client.inbound().receive().subscribe(demand);
      Peer.accept(listener).close();
      Await.completion(demand.end);
      Await.completion(client.onDispose());
    }
  }

  @Test
  void whatArrivedBeforeAResetCanStillBeRead() throws IOException {
    Without demand = new Without();
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      client.inbound().receive().subscribe(demand);
      try (Peer peer = Peer.accept(listener)) {
        peer.send(Pattern.DEFAULT, 10_000);
        Turns.many(LOOPS.group());
        peer.reset();
      }
      Turns.many(LOOPS.group());
      demand.requestUnbounded();
      Failures.assertMentions(Await.completion(demand.failure), "ECONNRESET");
      assertEquals(10_000, demand.received);
      Await.completion(client.onDispose());
    }
  }

  /** Requests nothing by itself. */
  private static final class Without extends BaseSubscriber<ByteBuf> {
    final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    final CompletableFuture<Void> end = new CompletableFuture<>();
    long received;

    @Override
    protected void hookOnSubscribe(Subscription subscription) {}

    @Override
    protected void hookOnNext(ByteBuf buffer) {
      received += buffer.readableBytes();
    }

    @Override
    protected void hookOnComplete() {
      end.complete(null);
    }

    @Override
    protected void hookOnError(Throwable error) {
      failure.complete(error);
    }
  }

  @Test
  void thePeerOfAnAbortedConnectionSeesAReset() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      try (Peer peer = Peer.accept(listener)) {
        client.abort();
        assertThrows(IOException.class, peer::receiveEnd);
      }
      Await.completion(client.onDispose());
    }
  }

  @Test
  void anErrorSaysWhichSystemCallItWas() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      try (Peer peer = Peer.accept(listener)) {
        peer.send("x");
        Mono<Void> received = client.inbound().receive().doOnNext(buffer -> resetNow(peer)).then();
        NativeIoException failure = Failures.of(NativeIoException.class, received);
        assertEquals("ECONNRESET", failure.errnoName());
      }
      Await.completion(client.onDispose());
    }
  }

  @Test
  void whatTheKernelRefusesFailsTheSend() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      Peer peer = Peer.accept(listener);
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      // In one task, so that the loop hears of the reset from nothing but the send.
      client
          .loop()
          .execute(() -> {
            resetNow(peer);
            client
                .outbound()
                .send(Mono.just(Pattern.DEFAULT.buffer(0, 100)))
                .then()
                .subscribe(nothing -> {}, failure::complete, () -> failure.complete(new Sent()));
          });
      Throwable error = Await.completion(failure);
      assertTrue(error instanceof IOException, error::toString);
      Await.completion(client.onDispose());
    }
  }

  /** Told when a send completes that should not. */
  private static final class Sent extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static void resetNow(Peer peer) {
    try {
      peer.reset();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
