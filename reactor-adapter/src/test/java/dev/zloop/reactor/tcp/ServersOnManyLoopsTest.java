package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server each of whose loops listens is one server: it has one end, and one maximum. */
class ServersOnManyLoopsTest {
  private static final int LOOPS = 3;
  private static final int PEERS = 12;
  private static final Duration GRACE = Duration.ofSeconds(30);

  /** A server that listens per loop, in which each byte comes back, and its peers. */
  private static final class Scene implements AutoCloseable {
    final Simulation simulation = Simulation.of(1);
    final Set<ZLoop> homes = new HashSet<>();
    final List<SimulatedPeer> peers = new ArrayList<>();
    final DisposableServer server;

    Scene(Backend backend, UnaryOperator<TcpServer> settings) {
      List<ZLoop> loops = Stream.generate(() -> simulation.loop(backend)).limit(LOOPS).toList();
      TcpServer echo =
          TcpServer.create()
              .runOn(ZLoopGroup.of(loops))
              .host("127.0.0.1")
              .listenPerLoop(true)
              .doOnConnection(connection -> homes.add(connection.loop()))
              .handle((in, out) -> out.send(in.receive().retain()));
      server = simulation.await(settings.apply(echo).bind().toFuture());
    }

    /** So many more, each of which has either heard its echo or was reset. */
    void connect(int count) {
      List<SimulatedPeer> more =
          Stream.generate(() -> simulation.connect(server.address())).limit(count).toList();
      simulation.runUntil(() -> more.stream().allMatch(peer -> peer.isConnected() || isOut(peer)));
      more.stream().filter(peer -> !isOut(peer)).forEach(peer -> peer.send("x"));
      simulation.runUntil(() -> more.stream().allMatch(peer -> isServed(peer) || isOut(peer)));
      peers.addAll(more);
    }

    List<SimulatedPeer> served() {
      return peers.stream().filter(Scene::isServed).toList();
    }

    static boolean isServed(SimulatedPeer peer) {
      return peer.receivedText().equals("x");
    }

    static boolean isOut(SimulatedPeer peer) {
      return peer.failure().isPresent();
    }

    @Override
    public void close() {
      simulation.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void shutdownWaitsForTheConnectionsOfAllLoops(Backend backend) {
    try (Scene scene = new Scene(backend, server -> server)) {
      scene.connect(PEERS);
      assertEquals(LOOPS, scene.homes.size());
      CompletableFuture<Integer> closed = scene.server.shutdown(GRACE).toFuture();
      SimulatedPeer late = scene.simulation.connect(scene.server.address());
      scene.simulation.runUntil(() -> late.failure().isPresent());

      for (SimulatedPeer peer : scene.peers) {
        assertFalse(closed.isDone());
        peer.shutdownOutput();
        scene.simulation.runUntil(peer::hasEnded);
      }
      assertEquals(0, scene.simulation.await(closed));
      assertEquals(0, scene.server.connections());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void shutdownClosesTheConnectionsOfAllLoopsAfterTheGrace(Backend backend) {
    try (Scene scene = new Scene(backend, server -> server)) {
      scene.connect(PEERS);
      long start = scene.simulation.nanoTime();
      CompletableFuture<Integer> closed = scene.server.shutdown(GRACE).toFuture();
      scene.simulation.runUntil(() -> scene.peers.stream().allMatch(SimulatedPeer::hasEnded));
      assertTrue(scene.simulation.nanoTime() - start >= GRACE.toNanos());
      scene.peers.forEach(SimulatedPeer::close);
      assertEquals(PEERS, scene.simulation.await(closed));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void theMaximumIsThatOfAllLoopsTogether(Backend backend) {
    int max = 5;
    try (Scene scene = new Scene(backend, server -> server.maxConnections(max))) {
      scene.connect(PEERS);
      assertTrue(scene.homes.size() > 1);
      assertEquals(max, scene.served().size());
      assertEquals(max, scene.server.connections());
      assertEquals(PEERS - max, scene.server.refusedConnections());

      scene.served().getFirst().shutdownOutput();
      scene.simulation.runUntil(() -> scene.server.connections() == max - 1);
      scene.connect(2);
      assertEquals(max + 1, scene.served().size());
      assertEquals(PEERS - max + 1, scene.server.refusedConnections());
    }
  }
}
