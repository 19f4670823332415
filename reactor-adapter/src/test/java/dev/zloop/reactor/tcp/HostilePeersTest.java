package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Peers that mean no good, on a simulated network: whatever they do, somebody else on the same loop
 * is served as before, and in the end nothing is left of them.
 */
class HostilePeersTest {
  private static final Duration PATIENCE = Duration.ofMillis(5);

  /** An echo server, and somebody who means well. */
  private static final class Scene implements AutoCloseable {
    final Simulation simulation;
    final DisposableServer server;
    final SimulatedPeer bystander;
    private int echoes;

    Scene(long seed, Backend backend) {
      simulation = Simulation.of(seed);
      server =
          simulation.await(
              TcpServer.create()
                  .runOn(simulation.loop(backend))
                  .host("127.0.0.1")
                  .childOption(SocketOption.CLOSE_TIMEOUT, Duration.ofSeconds(1))
                  .doOnError((connection, reset) -> {})
                  .handle((in, out) -> out.send(in.receive().retain()))
                  .bind()
                  .toFuture());
      bystander = simulation.connect(server.address());
    }

    void assertOthersAreServed() {
      long start = simulation.nanoTime();
      bystander.send("x");
      echoes++;
      simulation.runUntil(() -> bystander.receivedBytes() == echoes);
      Duration taken = Duration.ofNanos(simulation.nanoTime() - start);
      assertTrue(taken.compareTo(PATIENCE) < 0, taken::toString);
    }

    /** Of the peers, none but the bystander is left, and it can still be served. */
    @Override
    public void close() {
      simulation.runUntil(() -> server.connections() == 1);
      assertOthersAreServed();
      simulation.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aByteASecondIsEchoedAndNobodyWaitsForIt(Backend backend) {
    try (Scene scene = new Scene(1, backend)) {
      SimulatedPeer slow = scene.simulation.connect(scene.server.address());
      for (int second = 1; second <= 600; second++) {
        slow.send("z");
        scene.assertOthersAreServed();
        scene.simulation.runFor(Duration.ofSeconds(1));
        assertEquals(second, slow.receivedBytes());
      }
      slow.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aPeerThatReadsAByteASecondHoldsUpItselfAlone(Backend backend) {
    try (Scene scene = new Scene(2, backend)) {
      SimulatedPeer slow = scene.simulation.connect(scene.server.address());
      slow.stopReading();
      slow.send(new byte[8 << 20]);
      byte[] one = new byte[1];
      for (int second = 1; second <= 600; second++) {
        scene.simulation.runFor(Duration.ofSeconds(1));
        assertEquals(1, slow.read(one, 0, 1));
        scene.assertOthersAreServed();
      }
      assertTrue(slow.sentBytes() < 2 << 20, () -> slow.sentBytes() + " bytes were taken");
      slow.reset();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aFloodIsTakenInTurns(Backend backend) {
    try (Scene scene = new Scene(3, backend)) {
      SimulatedPeer flooding = scene.simulation.connect(scene.server.address());
      flooding.send(new byte[32 << 20]);
      for (int i = 0; i < 100; i++) {
        scene.assertOthersAreServed();
      }
      scene.simulation.runUntil(() -> flooding.receivedBytes() == 32 << 20);
      flooding.close();
    }
  }

  /** From before the connection stands until after the last echo, and the end. */
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aResetAtAnyMomentLeavesNothing(Backend backend) {
    Duration step = Duration.ofNanos(7_000);
    try (Scene scene = new Scene(4, backend)) {
      for (int steps = 0; steps < 300; steps++) {
        SimulatedPeer rude = scene.simulation.connect(scene.server.address());
        rude.send(new byte[100_000]);
        if (steps % 2 == 0) {
          rude.shutdownOutput();
        }
        if (steps % 3 == 0) {
          rude.stopReading();
        }
        scene.simulation.runFor(step.multipliedBy(steps));
        rude.reset();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void thousandsOfConnectionsThatAreDroppedLeaveNothing(Backend backend) {
    try (Scene scene = new Scene(5, backend)) {
      for (int i = 1; i <= 3_000; i++) {
        SimulatedPeer fickle = scene.simulation.connect(scene.server.address());
        scene.simulation.runFor(Duration.ofNanos(i % 500 * 1_000));
        if (i % 2 == 0) {
          fickle.close();
        } else {
          fickle.reset();
        }
        if (i % 100 == 0) {
          scene.assertOthersAreServed();
        }
      }
    }
  }
}
