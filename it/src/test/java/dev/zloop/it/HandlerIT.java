package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.CapturedLog;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Inbound;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A connection does as its handler's publisher does: it ends with it, well or badly. */
class HandlerIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static final RuntimeException FAILURE = new IllegalStateException("on purpose");

  @Test
  void aHandlerThatFailsAbortsAndDoOnErrorHears() throws IOException {
    assertAborted(FAILURE, (in, out) -> in.receive().then(Mono.error(FAILURE)));
  }

  @Test
  void aHandlerThatFailsOnAnotherThreadAbortsAndDoOnErrorHears() throws IOException {
    assertAborted(
        FAILURE, (in, out) -> Mono.<Void>error(FAILURE).subscribeOn(Schedulers.parallel()));
  }

  @Test
  void aHandlerThatThrowsAbortsAndDoOnErrorHears() throws IOException {
    assertAborted(
        FAILURE,
        (in, out) -> {
          throw FAILURE;
        });
  }

  @Test
  void aHandlerThatReturnsNullAbortsAndDoOnErrorHears() throws IOException {
    Throwable heard = abortBy((in, out) -> null);
    assertTrue(heard instanceof NullPointerException, heard::toString);
    Failures.assertMentions(heard, "the handler returned null");
  }

  @Test
  void aSubscriberThatThrowsAbortsAndDoOnErrorHears() throws IOException {
    assertAborted(
        FAILURE,
        (in, out) ->
            in.receive()
                .doOnNext(buffer -> {
                  throw FAILURE;
                })
                .then());
  }

  @Test
  void aPublisherThatFailsMidwayAbortsAndDoOnErrorHears() throws IOException {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    DisposableServer server =
        LOOPS
            .server()
            .doOnError((connection, error) -> heard.complete(error))
            .handle((in, out) ->
                out.send(Pattern.DEFAULT.buffers(100_000, 1000).concatWith(Mono.error(FAILURE))))
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      // What had been sent arrives or not; an orderly end would say that it was all.
      assertThrows(IOException.class, () -> peer.receive(Pattern.DEFAULT, Long.MAX_VALUE));
      assertTrue(peer.received() <= 100_000);
    }
    assertSame(FAILURE, Await.completion(heard));
    server.disposeNow();
  }

  private static void assertAborted(
      Throwable expected,
      BiFunction<? super Inbound, ? super Outbound, ? extends Publisher<Void>> handler)
      throws IOException {
    assertSame(expected, abortBy(handler));
  }

  /** What doOnError heard. Fails unless the peer sees a reset. */
  private static Throwable abortBy(
      BiFunction<? super Inbound, ? super Outbound, ? extends Publisher<Void>> handler)
      throws IOException {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    CompletableFuture<Connection> connection = new CompletableFuture<>();
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(connection::complete)
            .doOnError((broken, error) -> heard.complete(error))
            .handle(handler)
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      Await.completion(connection);
      assertThrows(
          IOException.class,
          () -> {
            peer.send("x"); // fails already if the reset was faster
            peer.shutdownOutput();
            peer.receiveEnd();
          });
    }
    Await.completion(Await.completion(connection).onDispose());
    Throwable error = Await.completion(heard);
    server.disposeNow();
    return error;
  }

  @Test
  void withoutDoOnErrorTheFailureIsLogged() throws IOException {
    DisposableServer server = LOOPS.server().handle((in, out) -> Mono.error(FAILURE)).bindNow();
    try (CapturedLog log = CapturedLog.of(TcpServer.class);
        Peer peer = Peer.connect(server.address())) {
      assertThrows(IOException.class, peer::receiveEnd);
      Await.until("the log line", () -> !log.records().isEmpty());
      LogRecord line = log.records().getFirst();
      assertSame(FAILURE, line.getThrown());
      String port = ":" + ((InetSocketAddress) peer.channel().getLocalAddress()).getPort();
      assertTrue(line.getMessage().contains(port), line::getMessage);
    }
    server.disposeNow();
  }

  @Test
  void aDoOnErrorThatThrowsHarmsNobody() throws IOException {
    RuntimeException another = new IllegalStateException("doOnError, too");
    DisposableServer server =
        LOOPS
            .server()
            .doOnError((connection, error) -> {
              throw another;
            })
            .handle((in, out) -> Mono.error(FAILURE))
            .bindNow();
    try (CapturedLog log = CapturedLog.of(TcpServer.class)) {
      for (int served = 1; served <= 3; served++) {
        try (Peer peer = Peer.connect(server.address())) {
          assertThrows(IOException.class, peer::receiveEnd);
        }
        int lines = served;
        Await.until("the log line", () -> log.records().size() == lines);
        assertSame(another, log.records().getLast().getThrown());
      }
    }
    server.disposeNow();
  }

  @Test
  void aDoOnConnectionThatThrowsIsReportedAndAbortsThatConnection() throws IOException {
    DisposableServer server =
        LOOPS
            .echoServer()
            .doOnConnection(connection -> {
              throw FAILURE;
            })
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      assertThrows(IOException.class, peer::receiveEnd);
    }
    assertSame(FAILURE, LOOPS.awaitError()); // the peer may see the reset before it is reported
    server.disposeNow();
  }

  @Test
  void aHandlerThatHasNothingToDoEndsTheConnectionInOrder() throws IOException {
    DisposableServer server = LOOPS.server().handle((in, out) -> Mono.empty()).bindNow();
    for (int i = 0; i < 100; i++) {
      try (Peer peer = Peer.connect(server.address())) {
        peer.receiveEnd();
      }
    }
    server.disposeNow();
  }

  @Test
  void neverCompleteKeepsTheConnectionOpen() throws IOException {
    CompletableFuture<Connection> connection = new CompletableFuture<>();
    CountDownLatch cancelled = new CountDownLatch(1);
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(connection::complete)
            .handle((in, out) ->
                out.sendString(Mono.just("hello")).neverComplete().doOnCancel(cancelled::countDown))
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      assertEquals("hello", peer.receiveText(5));
      Await.completion(connection).dispose();
      peer.receiveEnd();
      Await.until("the handler cancelled", () -> cancelled.getCount() == 0);
    }
    server.disposeNow();
  }

  @Test
  void aConnectionTellsItsAddressesAndItsLoop() throws IOException {
    CompletableFuture<Connection> connection = new CompletableFuture<>();
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) -> {
              in.withConnection(connection::complete);
              return out.neverComplete();
            })
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      Connection ours = Await.completion(connection);
      assertEquals(peer.channel().getLocalAddress(), ours.address());
      assertEquals(peer.channel().getRemoteAddress(), ours.localAddress());
      assertSame(LOOPS.first(), ours.loop());
      ours.abort();
    }
    server.disposeNow();
  }

  @Test
  void aClientsHandlerWorksAsAServersDoes() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      CompletableFuture<Throwable> heard = new CompletableFuture<>();
      Connection client =
          LOOPS
              .client(listener.socket().getLocalPort())
              .doOnError((connection, error) -> heard.complete(error))
              .handle((in, out) ->
                  out.sendString(Mono.just("hello")).then(in.receive().then(Mono.error(FAILURE))))
              .connectNow();
      try (Peer peer = Peer.accept(listener)) {
        assertEquals("hello", peer.receiveText(5));
        peer.shutdownOutput();
        assertThrows(IOException.class, peer::receiveEnd);
      }
      assertSame(FAILURE, Await.completion(heard));
      Await.completion(client.onDispose());
    }
  }

  @Test
  void aServerIsImmutableAndMayBeBoundOften() {
    TcpServer plain = LOOPS.server();
    TcpServer echoing = plain.handle((in, out) -> out.send(in.receive().retain()));
    List<DisposableServer> servers =
        Await.completion(Flux.merge(echoing.bind(), echoing.bind(), plain.bind()).collectList());
    assertEquals(3, servers.stream().map(DisposableServer::port).distinct().count());
    servers.forEach(DisposableServer::disposeNow);
  }

  @Test
  void aConnectionThatIsDisposedBeforeItsHandlerEndsInOrderWithoutIt() throws IOException {
    AtomicBoolean handled = new AtomicBoolean();
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(Connection::dispose)
            .handle((in, out) -> {
              handled.set(true);
              return out.neverComplete();
            })
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.receiveEnd();
    }
    assertFalse(handled.get());
    server.disposeNow();
  }

  @Test
  void aConnectionMayBeDisposedWhileItReceives() throws IOException {
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) ->
                in.receive()
                    .doOnNext(buffer -> in.withConnection(Connection::dispose))
                    .then(out.neverComplete()))
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.send(Pattern.DEFAULT, 1 << 20);
      peer.receiveEnd();
    }
    server.disposeNow();
  }

  @Test
  void aConnectionMayBeAbortedWhileItReceivesAndSends() throws IOException {
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) ->
                out.send(
                    in.receive().retain().doOnNext(buffer -> in.withConnection(Connection::abort))))
            .doOnError((connection, error) -> {})
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      assertThrows(
          IOException.class,
          () -> {
            peer.send(Pattern.DEFAULT, 1 << 20);
            peer.receiveEnd();
          });
    }
    server.disposeNow();
  }
}
