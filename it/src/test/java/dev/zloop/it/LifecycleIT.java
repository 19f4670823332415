package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.OpenDescriptors;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.ConnectionClosedException;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Servers, connections and loops end in whatever order: everybody is told, and nothing is left. */
class LifecycleIT {
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
  private ZLoopGroup loops;

  @BeforeEach
  void startLoops() {
    loops =
        ZLoopGroup.builder()
            .size(2)
            .name("short-lived")
            .threadFactory(ZLoopThreads.factory())
            .errorHandler((loop, error) -> errors.add(error))
            .build()
            .start();
  }

  @AfterEach
  void closeLoops() {
    loops.close();
    Await.completion(loops.onClosed());
    assertEquals(List.of(), List.copyOf(errors));
  }

  private TcpServer server() {
    return TcpServer.create().host("127.0.0.1").port(0).runOn(loops);
  }

  private TcpServer echoServer() {
    return server().handle((in, out) -> out.send(in.receive().retain()));
  }

  private TcpClient client(DisposableServer server) {
    return TcpClient.create().host("127.0.0.1").port(server.port()).runOn(loops);
  }

  @Test
  void aDisposedServerAcceptsNobodyAndItsConnectionsLiveOn() throws IOException {
    DisposableServer server = echoServer().bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.send("before");
      assertEquals("before", peer.receiveText(6));
      server.disposeNow();
      assertTrue(server.isDisposed());
      Failures.of(IOException.class, client(server).connect());
      peer.send("after");
      assertEquals("after", peer.receiveText(5));
    }
  }

  @Test
  void connectionsAreSpreadEvenlyOverTheLoops() throws IOException {
    List<ZLoop> homes = new CopyOnWriteArrayList<>();
    DisposableServer server =
        echoServer().doOnConnection(connection -> homes.add(connection.loop())).bindNow();
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      peers.add(Peer.connect(server.address()));
    }
    Await.until("all accepted", () -> homes.size() == peers.size());
    for (ZLoop loop : loops.loops()) {
      assertEquals(peers.size() / 2, Collections.frequency(homes, loop));
    }
    for (Peer peer : peers) {
      peer.close();
    }
  }

  @Test
  void thousandsOfShortConnectionsLeaveNothing() {
    DisposableServer server = echoServer().bindNow();
    OpenDescriptors before = OpenDescriptors.now();
    Await.completion(Flux.range(0, 3000).flatMap(i -> shortConnection(server, i), 50).then());
    Await.until("no sockets", () -> OpenDescriptors.now().isWithin(before));
  }

  private Mono<Void> shortConnection(DisposableServer server, int number) {
    Checker checker = new Checker(new Pattern(number));
    return client(server)
        .connect()
        .flatMap(connection ->
            connection
                .outbound()
                .send(Mono.fromCallable(() -> new Pattern(number).buffer(0, 100)))
                .shutdownOutput()
                .then(connection.inbound().receive().doOnNext(checker).then())
                .then(connection.onDispose())
                .then())
        .doOnSuccess(nothing -> assertEquals(100, checker.received()));
  }

  @Test
  void disposingTwiceIsDisposingOnce() {
    DisposableServer server = echoServer().bindNow();
    Connection client = client(server).connectNow();
    AtomicInteger told = new AtomicInteger();
    client.onDispose(told::incrementAndGet);
    client.dispose();
    client.disposeNow();
    client.abort();
    server.dispose();
    server.disposeNow();
    Await.until("told", () -> told.get() == 1);
  }

  @Test
  void closingTheLoopsTellsEverybody() throws IOException {
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    CompletableFuture<Throwable> received = new CompletableFuture<>();
    CompletableFuture<Throwable> sent = new CompletableFuture<>();
    CompletableFuture<Throwable> handler = new CompletableFuture<>();
    DisposableServer server =
        server()
            .doOnConnection(accepted::complete)
            .doOnError((connection, error) -> handler.complete(error))
            .handle((in, out) -> {
              out.send(Pattern.DEFAULT.buffers(Long.MAX_VALUE, 10_000))
                  .then()
                  .subscribe(nothing -> {}, sent::complete);
              return in.receive().doOnError(received::complete).then();
            })
            .bindNow();
    Connection idle = client(server).connectNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.receive(Pattern.DEFAULT, 100_000);
      Connection connection = Await.completion(accepted);

      loops.close();
      Await.completion(loops.onClosed());
      for (Mono<Void> end : List.of(server.onDispose(), idle.onDispose(), connection.onDispose())) {
        Await.completion(end);
      }
      Failures.assertMentions(Await.completion(received), "loop short-lived-", "was closed");
      Failures.assertMentions(Await.completion(handler), "loop short-lived-", "was closed");
      assertTrue(Await.completion(sent) instanceof IOException);
      // Its bytes are not all of them, so that must not look like an end.
      assertThrows(IOException.class, () -> peer.receive(Pattern.DEFAULT, Long.MAX_VALUE));
    }
  }

  @Test
  void closingTheLoopsEndsAConnectionWithNothingLeftToSendInOrder() throws IOException {
    DisposableServer server = server().handle((in, out) -> out.neverComplete()).bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      Await.completion(client(server).connect());
      loops.close();
      peer.receiveEnd();
    }
  }

  @Test
  void aLoopMayCloseItself() throws IOException {
    DisposableServer server =
        server()
            .handle((in, out) -> {
              loops.close();
              return out.neverComplete();
            })
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.receiveEnd();
    }
    Await.completion(server.onDispose());
    Await.completion(loops.onClosed());
  }

  @Test
  void afterTheLoopsAreClosedEverythingSaysSo() {
    DisposableServer server = echoServer().bindNow();
    Connection connection = client(server).connectNow();
    loops.close();
    Await.completion(loops.onClosed());

    Failures.assertMentions(
        Failures.of(RejectedExecutionException.class, echoServer().bind()), "is closed");
    Failures.assertMentions(
        Failures.of(RejectedExecutionException.class, client(server).connect()), "is closed");
    Failures.assertMentions(
        Failures.of(ConnectionClosedException.class, connection.inbound().receive().then()),
        "is closed");
    assertRefusedAndReleased(connection);
    Failures.assertMentions(
        Failures.of(ConnectionClosedException.class, connection.outbound().shutdownOutput().then()),
        "is closed");
    connection.disposeNow();
    connection.abort();
    server.disposeNow();
  }

  private static void assertRefusedAndReleased(Connection connection) {
    ByteBuf buffer = Pattern.DEFAULT.buffer(0, 10);
    Failures.assertMentions(
        Failures.of(
            ConnectionClosedException.class, connection.outbound().send(Mono.just(buffer)).then()),
        "is closed");
    assertEquals(0, buffer.refCnt());
  }

  @Test
  void loopsMayBeClosedAmidFullTraffic() {
    DisposableServer server = echoServer().doOnError((connection, error) -> {}).bindNow();
    AtomicLong received = new AtomicLong();
    List<Mono<Void>> ends = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Connection connection = client(server).connectNow();
      Flux<ByteBuf> buffers = Pattern.DEFAULT.buffers(Long.MAX_VALUE, 1000 << (i % 5));
      // Half of them from other threads, which go on for a while when the loop takes no more.
      connection
          .outbound()
          .send(i % 2 == 0 ? buffers : buffers.subscribeOn(Schedulers.parallel()))
          .then()
          .subscribe(nothing -> {}, error -> {});
      connection
          .inbound()
          .receive()
          .subscribe(buffer -> received.addAndGet(buffer.readableBytes()), error -> {});
      ends.add(connection.onDispose());
    }
    Await.until("traffic", () -> received.get() > 10_000_000);
    loops.close();
    Await.completion(Mono.when(ends));
    Await.completion(server.onDispose());
    Await.completion(loops.onClosed());
  }

  @Test
  void loopsMayBeClosedAmidConnects() throws IOException {
    DisposableServer server = echoServer().bindNow();
    AtomicInteger ends = new AtomicInteger();
    int count = 300;
    for (int i = 0; i < count; i++) {
      client(server)
          .connect()
          .flatMap(Connection::onDispose)
          .doFinally(signal -> ends.incrementAndGet())
          .subscribe(nothing -> {}, error -> {});
      if (i == count / 2) {
        loops.close();
      }
    }
    Await.until("every connect or connection ended", () -> ends.get() == count);
    Await.completion(server.onDispose());
  }
}
