package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** How many connections a server has, at the most too, and how it ends with them. */
class ServerLifeTest {
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(4);

  private static TcpServer server(ZLoop loop) {
    return TcpServer.create()
        .runOn(loop)
        .host("127.0.0.1")
        .childOption(SocketOption.CLOSE_TIMEOUT, CLOSE_TIMEOUT);
  }

  private static TcpServer echo(TcpServer server) {
    return server.handle((in, out) -> out.send(in.receive().retain()));
  }

  private static void awaitEcho(Simulation simulation, SimulatedPeer peer) {
    int before = peer.receivedText().length();
    peer.send("x");
    simulation.runUntil(() -> peer.receivedText().length() == before + 1);
  }

  private static Duration since(Simulation simulation, long startNanos) {
    return Duration.ofNanos(simulation.nanoTime() - startNanos);
  }

  // ---- shutdown

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void shutdownIsOverWhenTheLastHandlerHasEnded(Backend backend) {
    try (Simulation simulation = Simulation.of(1)) {
      var server = simulation.await(echo(server(simulation.loop(backend))).bind().toFuture());
      SimulatedPeer peer = simulation.connect(server.address());
      awaitEcho(simulation, peer);
      long start = simulation.nanoTime();

      CompletableFuture<Integer> closed = server.shutdown(GRACE).toFuture();
      simulation.runFor(Duration.ofSeconds(10));

      assertFalse(closed.isDone());
      assertTrue(server.isDisposed());
      awaitEcho(simulation, peer);
      peer.shutdownOutput();
      assertEquals(0, simulation.await(closed));
      assertTrue(since(simulation, start).compareTo(GRACE) < 0);
      assertEquals(0, server.connections());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void shutdownClosesInOrderWhatOutlivesTheGraceAndSaysHowMany(Backend backend) {
    try (Simulation simulation = Simulation.of(2)) {
      var server = simulation.await(echo(server(simulation.loop(backend))).bind().toFuture());
      List<SimulatedPeer> peers = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        peers.add(simulation.connect(server.address()));
        awaitEcho(simulation, peers.get(i));
      }
      peers.removeLast().shutdownOutput(); // whose handler ends by itself
      long start = simulation.nanoTime();
      CompletableFuture<Integer> closed = server.shutdown(GRACE).toFuture();

      simulation.runUntil(() -> peers.stream().allMatch(SimulatedPeer::hasEnded));

      Duration taken = since(simulation, start);
      assertTrue(taken.compareTo(GRACE) >= 0, taken::toString);
      peers.forEach(SimulatedPeer::close);
      assertEquals(4, simulation.await(closed));
      assertEquals(0, server.connections());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void shutdownIsOverInTimeAlthoughPeersTrickle(Backend backend) {
    try (Simulation simulation = Simulation.of(3)) {
      var server =
          simulation.await(
              server(simulation.loop(backend))
                  .childOption(SocketOption.SO_SNDBUF, 4096)
                  .handle(
                      (in, out) -> out.sendByteArray(Mono.just(new byte[1 << 20])).neverComplete())
                  .bind()
                  .toFuture());
      SimulatedPeer peer = simulation.connect(server.address());
      peer.stopReading();
      simulation.runUntil(() -> server.connections() == 1);
      long start = simulation.nanoTime();
      CompletableFuture<Integer> closed = server.shutdown(Duration.ZERO).toFuture();
      byte[] some = new byte[4096];

      while (!closed.isDone()) { // it takes a little each second, and never ends
        simulation.runFor(Duration.ofSeconds(1));
        peer.read(some, 0, some.length);
      }

      assertEquals(1, closed.join());
      Duration taken = since(simulation, start);
      assertTrue(taken.compareTo(CLOSE_TIMEOUT.plusSeconds(2)) < 0, taken::toString);
      while (peer.read(some, 0, some.length) > 0) {}
      simulation.runUntil(() -> peer.failure().isPresent());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void shutdownCountsConnectionsOnTheirWayToTheirLoops(Backend backend) {
    for (long seed = 0; seed < 20; seed++) {
      try (Simulation simulation = Simulation.of(seed)) {
        List<Connection> accepted = new ArrayList<>();
        List<DisposableServer> bound = new ArrayList<>();
        List<CompletableFuture<Integer>> shutdowns = new ArrayList<>();
        ZLoopGroup loops =
            ZLoopGroup.of(List.of(simulation.loop(backend), simulation.loop(backend)));
        var server =
            simulation.await(
                TcpServer.create()
                    .runOn(loops)
                    .host("127.0.0.1")
                    .doOnBound(bound::add)
                    .doOnConnection(connection -> {
                      accepted.add(connection);
                      if (shutdowns.isEmpty()) { // while others are on their way
                        shutdowns.add(bound.getFirst().shutdown(Duration.ZERO).toFuture());
                      }
                    })
                    .handle((in, out) -> out.neverComplete())
                    .bind()
                    .toFuture());
        List<SimulatedPeer> peers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          peers.add(simulation.connect(server.address()));
        }
        simulation.runUntil(() -> peers.stream().allMatch(ServerLifeTest::isOver));
        long ended = peers.stream().filter(SimulatedPeer::hasEnded).count();
        peers.forEach(SimulatedPeer::close);

        assertEquals(accepted.size(), simulation.await(shutdowns.getFirst()), "seed " + seed);
        assertEquals(accepted.size(), ended, "seed " + seed);
        assertEquals(0, server.connections());
      }
    }
  }

  @Test
  void theEndWaitsForWhatIsOnItsWayToALoop() {
    try (Simulation simulation = Simulation.of(8)) {
      ZLoop other = simulation.loop(Backend.EPOLL);
      ServerConnections connections = new ServerConnections(1);
      other.execute(connections::admit); // as one does that is handed over
      connections.acceptingHasEnded(ZLoopGroup.of(List.of(simulation.loop(Backend.EPOLL), other)));
      CompletableFuture<Void> ended = connections.onEnd().toFuture();
      simulation.runFor(Duration.ofSeconds(1));
      assertFalse(ended.isDone());
      connections.leave();
      assertTrue(ended.isDone());
    }
  }

  private static boolean isOver(SimulatedPeer peer) {
    return peer.hasEnded() || peer.failure().isPresent();
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aHandlerMayEndWithItsServer(Backend backend) {
    try (Simulation simulation = Simulation.of(4)) {
      CompletableFuture<DisposableServer> bound = new CompletableFuture<>();
      Mono<Void> end = Mono.fromFuture(bound).flatMap(DisposableServer::onDispose);
      DisposableServer server =
          simulation.await(
              server(simulation.loop(backend))
                  .handle((in, out) ->
                      out.send(in.receive().retain().takeUntilOther(end))
                          .sendString(Mono.just("bye")))
                  .bind()
                  .toFuture());
      bound.complete(server);
      SimulatedPeer peer = simulation.connect(server.address());
      awaitEcho(simulation, peer);

      CompletableFuture<Integer> closed = server.shutdown(GRACE).toFuture();
      simulation.runUntil(peer::hasEnded);
      peer.close();

      assertEquals("xbye", peer.receivedText());
      assertEquals(0, simulation.await(closed));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void shutdownIsOverWhenItsLoopsAreClosed(Backend backend) {
    try (Simulation simulation = Simulation.of(5)) {
      ZLoop loop = simulation.loop(backend);
      var server = simulation.await(echo(server(loop)).bind().toFuture());
      SimulatedPeer peer = simulation.connect(server.address());
      awaitEcho(simulation, peer);
      CompletableFuture<Integer> closed = server.shutdown(GRACE).toFuture();
      loop.close();
      simulation.runUntil(closed::isDone);
      assertEquals(0, closed.join());
      assertEquals(0, simulation.await(server.shutdown(GRACE).toFuture()));
    }
  }

  // ---- the maximum

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void oneTooManyIsResetAndTheNextIsServedWhenThereIsRoom(Backend backend) {
    try (Simulation simulation = Simulation.of(6)) {
      List<SocketAddress> refused = new ArrayList<>();
      var server =
          simulation.await(
              echo(server(simulation.loop(backend)))
                  .maxConnections(2)
                  .doOnRefused(refused::add)
                  .bind()
                  .toFuture());
      SimulatedPeer first = simulation.connect(server.address());
      SimulatedPeer second = simulation.connect(server.address());
      awaitEcho(simulation, first);
      awaitEcho(simulation, second);

      for (int i = 1; i <= 3; i++) {
        SimulatedPeer third = simulation.connect(server.address());
        simulation.runUntil(() -> third.failure().isPresent());
        assertEquals("ECONNRESET", third.failure().orElseThrow());
        assertEquals(third.localAddress(), refused.getLast());
        assertEquals(i, server.refusedConnections());
      }
      assertEquals(2, server.connections());
      awaitEcho(simulation, second); // who did not notice

      first.shutdownOutput();
      simulation.runUntil(() -> server.connections() == 1);
      awaitEcho(simulation, simulation.connect(server.address()));
    }
  }

  @Test
  void refusalsThatAreCloseTogetherAreOneEpisode() {
    Refusals refusals = new Refusals(1, peer -> {});
    long second = Duration.ofSeconds(1).toNanos();
    long start = Long.MAX_VALUE - 5 * second; // soon to overflow, as the clock may
    assertTrue(refusals.beginsEpisode(start));
    assertFalse(refusals.beginsEpisode(start));
    assertFalse(refusals.beginsEpisode(start + 9 * second));
    assertFalse(refusals.beginsEpisode(start + 18 * second));
    assertTrue(refusals.beginsEpisode(start + 29 * second));
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void whatMakesNoSenseIsRefused(Backend backend) {
    try (Simulation simulation = Simulation.of(7)) {
      TcpServer server = server(simulation.loop(backend));
      var none = assertThrows(IllegalArgumentException.class, () -> server.maxConnections(0));
      assertEquals("maxConnections is 0, expected at least 1", none.getMessage());
      DisposableServer bound = simulation.await(server.bind().toFuture());
      var negative =
          assertThrows(
              IllegalArgumentException.class, () -> bound.shutdown(Duration.ofSeconds(-1)));
      assertEquals("grace is PT-1S, expected 0 or more", negative.getMessage());
      assertFalse(bound.isDisposed());
    }
  }
}
