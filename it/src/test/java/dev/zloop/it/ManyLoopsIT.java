package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Which loop a connection lives on, accepted or connected. */
class ManyLoopsIT {
  private static final int SIZE = 4;

  @RegisterExtension static final Loops LOOPS = Loops.of(SIZE);

  // ---- servers

  @Test
  void aServersConnectionsAreSpreadEvenlyOverItsLoops() throws IOException {
    ZLoopGroup loops = group();
    Queue<Connection> accepted = new ConcurrentLinkedQueue<>();
    DisposableServer server = echoOn(loops).doOnConnection(accepted::add).bindNow();
    List<Peer> peers = connect(server, 30);
    Await.until("30 connections", () -> accepted.size() == 30);
    Map<ZLoop, Long> counts =
        accepted.stream().collect(Collectors.groupingBy(Connection::loop, Collectors.counting()));
    assertEquals(
        loops.loops().stream().collect(Collectors.toMap(Function.identity(), loop -> 10L)), counts);
    end(peers, accepted);
    server.disposeNow();
    close(loops);
  }

  @Test
  void aServerGoesOnWithoutTheLoopThatWasClosed() throws IOException {
    ZLoopGroup loops = group();
    Queue<Connection> accepted = new ConcurrentLinkedQueue<>();
    DisposableServer server = echoOn(loops).doOnConnection(accepted::add).bindNow();
    closeAlone(loops.loops().get(2)); // the first one accepts

    List<Peer> peers = connect(server, 30);
    for (Peer peer : peers) {
      assertEchoes(peer);
    }

    assertEquals(30, accepted.size());
    assertFalse(server.isDisposed());
    end(peers, accepted);
    server.disposeNow();
    close(loops);
  }

  @Test
  void aServerThatListensPerLoopHasConnectionsOnAllOfThem() throws IOException {
    Queue<Connection> accepted = new ConcurrentLinkedQueue<>();
    DisposableServer server =
        LOOPS.echoServer().listenPerLoop(true).doOnConnection(accepted::add).bindNow();
    List<Peer> peers = connect(server, 200);
    Await.until("200 connections", () -> accepted.size() == 200);
    Set<ZLoop> homes = accepted.stream().map(Connection::loop).collect(Collectors.toSet());
    assertEquals(Set.copyOf(LOOPS.group().loops()), homes); // else by a chance of 10^-24
    end(peers, accepted);
    server.disposeNow();
  }

  @Test
  void aServerThatListensPerLoopEndsWithTheLastLoopOrAtOnceWhenDisposed() throws IOException {
    ZLoopGroup loops = group();
    DisposableServer disposed = echoOn(loops).listenPerLoop(true).bindNow();
    DisposableServer outliving = echoOn(loops).listenPerLoop(true).bindNow();
    closeAlone(loops.loops().get(0)); // which bound the one
    closeAlone(loops.loops().get(1)); // and the other

    assertFalse(disposed.isDisposed());
    disposed.disposeNow();
    for (Peer peer : connect(outliving, 5)) {
      assertEchoes(peer);
      peer.close();
    }
    close(loops);
    Await.completion(outliving.onDispose());
    assertTrue(outliving.isDisposed());
  }

  // ---- clients

  @Test
  void aClientOnALoopOfItsGroupStaysOnThatLoop() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    TcpClient client = LOOPS.client(server.port());
    for (ZLoop loop : LOOPS.group().loops()) {
      for (int i = 0; i < 3; i++) {
        assertHome(loop, client.connect().subscribeOn(Schedulers.fromZLoop(loop)));
      }
    }
    server.disposeNow();
  }

  @Test
  void aClientThatAServersConnectionOpensLivesWithIt() throws IOException {
    DisposableServer origin = LOOPS.echoServer().bindNow();
    TcpClient client = LOOPS.client(origin.port());
    Queue<Boolean> together = new ConcurrentLinkedQueue<>();
    DisposableServer proxy =
        LOOPS
            .server()
            .doOnConnection(near ->
                client
                    .connect()
                    .subscribe(far -> {
                      together.add(near.loop() == far.loop());
                      far.dispose();
                      near.dispose();
                    }))
            .bindNow();
    for (Peer peer : connect(proxy, 20)) {
      peer.receiveEnd();
      peer.close();
    }
    assertEquals(IntStream.range(0, 20).mapToObj(i -> true).toList(), List.copyOf(together));
    proxy.disposeNow();
    origin.disposeNow();
  }

  @Test
  void aClientOnAnyOtherThreadTakesTheLoopsInTurn() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    TcpClient client = LOOPS.client(server.port());
    List<ZLoop> homes = new ArrayList<>();
    ZLoopGroup others = group();
    for (int i = 0; i < SIZE; i++) {
      homes.add(home(client.connect()));
    }
    for (int i = 0; i < SIZE; i++) { // a loop of another group is like any other thread
      homes.add(home(client.connect().subscribeOn(Schedulers.fromZLoop(others.next()))));
    }
    assertEquals(SIZE, Set.copyOf(homes.subList(0, SIZE)).size());
    assertEquals(homes.subList(0, SIZE), homes.subList(SIZE, 2 * SIZE));
    close(others);
    server.disposeNow();
  }

  @Test
  void aClientOfOneLoopLivesThereWhoeverConnects() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    ZLoop pinned = LOOPS.group().loops().get(2);
    TcpClient client = LOOPS.client(server.port()).runOn(pinned);
    assertHome(pinned, client.connect());
    for (ZLoop caller : LOOPS.group().loops()) {
      assertHome(pinned, client.connect().subscribeOn(Schedulers.fromZLoop(caller)));
    }
    server.disposeNow();
  }

  @Test
  void aConnectionIsServedByItsOwnLoopFromBeginningToEnd() {
    Queue<String> strays = new ConcurrentLinkedQueue<>();
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(connection ->
                connection
                    .onDispose()
                    .subscribe(null, null, () -> note(strays, connection.loop(), "end")))
            .handle((in, out) -> {
              ZLoop home = LOOPS.group().current().orElseThrow();
              return out.send(
                  in.receive().retain().doOnNext(bytes -> note(strays, home, "receive")));
            })
            .bindNow();
    List<Connection> clients =
        Flux.range(0, 12)
            .concatMap(i -> LOOPS.client(server.port()).connect())
            .collectList()
            .block();
    for (int round = 0; round < 50; round++) {
      for (Connection client : clients) {
        Await.completion(client.outbound().sendString(Mono.just("x")).then());
      }
    }
    clients.forEach(Connection::disposeNow);
    server.disposeNow();
    assertEquals(List.of(), List.copyOf(strays));
  }

  private static void note(Queue<String> strays, ZLoop home, String what) {
    if (!home.inLoop()) {
      strays.add(what + " on " + Thread.currentThread().getName() + ", not on " + home.name());
    }
  }

  // ---- what the tests share

  private static ZLoopGroup group() {
    return ZLoopGroup.builder()
        .size(3)
        .name("own")
        .threadFactory(ZLoopThreads.factory())
        .build()
        .start();
  }

  private static TcpServer echoOn(ZLoopGroup loops) {
    return LOOPS.echoServer().runOn(loops);
  }

  private static void close(ZLoopGroup loops) {
    loops.close();
    Await.completion(loops.onClosed());
  }

  private static void closeAlone(ZLoop loop) {
    loop.close();
    Await.completion(loop.onClosed());
  }

  private static List<Peer> connect(DisposableServer server, int count) throws IOException {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(Peer.connect(server.address()));
    }
    return peers;
  }

  private static void end(List<Peer> peers, Queue<Connection> accepted) throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
    accepted.forEach(connection -> Await.completion(connection.onDispose()));
  }

  private static void assertEchoes(Peer peer) throws IOException {
    peer.send("hi");
    assertEquals("hi", peer.receiveText(2));
  }

  private static ZLoop home(Mono<Connection> connecting) {
    Connection connection = Await.completion(connecting);
    ZLoop home = connection.loop();
    connection.disposeNow();
    return home;
  }

  private static void assertHome(ZLoop expected, Mono<Connection> connecting) {
    assertSame(expected, home(connecting));
  }
}
