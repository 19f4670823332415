package dev.zloop.simulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.nativereactor.Backend;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulationTest {
  private static final SocketAddress NOBODY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aPeerIsEchoedToItsEnd(Backend backend) {
    try (Simulation simulation = Simulation.of(1)) {
      Echo echo = new Echo(simulation.loop(backend));
      SimulatedPeer peer = simulation.connect(echo.address());
      peer.send("hello, ");
      peer.send("world");
      simulation.runUntil(() -> peer.receivedText().equals("hello, world"));
      peer.shutdownOutput();
      simulation.runUntil(peer::hasEnded);
      simulation.runUntil(() -> echo.closed == 1);
      assertEquals(null, echo.lastCause);
      peer.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void unixSocketsAreSimulatedToo(Backend backend) {
    try (Simulation simulation = Simulation.of(1)) {
      SocketAddress path = UnixDomainSocketAddress.of("/simulated/only.sock");
      Echo echo = new Echo(simulation.loop(backend), path);
      SimulatedPeer peer = simulation.connect(path);
      peer.send("hello");
      simulation.runUntil(() -> peer.receivedText().equals("hello"));
      peer.close();
      simulation.runUntil(() -> echo.closed == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void manyBytesComeThroughFaultsThatAConnectionSurvives(Backend backend) {
    byte[] bytes = new byte[1_000_000];
    new Random(1).nextBytes(bytes);
    for (long seed = 0; seed < 20; seed++) {
      try (Simulation simulation = Simulation.of(seed, Faults.HARMLESS)) {
        Echo echo = new Echo(simulation.loop(backend));
        SimulatedPeer peer = simulation.connect(echo.address());
        peer.send(bytes);
        peer.shutdownOutput();
        simulation.runUntil(peer::hasEnded);
        assertArrayEquals(bytes, peer.received());
      }
    }
  }

  @Test
  void theSameSeedTakesTheSameTime() {
    assertEquals(nanosOfAnEcho(7), nanosOfAnEcho(7));
    assertFalse(nanosOfAnEcho(7) == nanosOfAnEcho(8));
  }

  private static long nanosOfAnEcho(long seed) {
    try (Simulation simulation = Simulation.of(seed, Faults.HARMLESS)) {
      long start = simulation.nanoTime();
      Echo echo = new Echo(simulation.loop(Backend.EPOLL));
      SimulatedPeer peer = simulation.connect(echo.address());
      peer.send(new byte[100_000]);
      simulation.runUntil(() -> peer.receivedBytes() == 100_000);
      return simulation.nanoTime() - start;
    }
  }

  @Test
  void aConnectToNobodyIsRefused() {
    try (Simulation simulation = Simulation.of(1)) {
      SimulatedPeer peer = simulation.connect(NOBODY);
      simulation.runUntil(() -> peer.failure().isPresent());
      assertEquals(Optional.of("ECONNREFUSED"), peer.failure());
      assertFalse(peer.isConnected());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aResetIsSeen(Backend backend) {
    try (Simulation simulation = Simulation.of(1)) {
      Echo echo = new Echo(simulation.loop(backend));
      SimulatedPeer peer = simulation.connect(echo.address());
      simulation.runUntil(() -> echo.connections == 1);
      peer.reset();
      simulation.runUntil(() -> echo.closed == 1);
      // The handler aborts for a broken connection, and the break remains the cause.
      assertTrue(echo.lastCause.getMessage().contains("ECONNRESET"), echo.lastCause::getMessage);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void timersRunInSimulatedTime(Backend backend) {
    try (Simulation simulation = Simulation.of(1)) {
      ZLoop loop = simulation.loop(backend);
      List<Long> days = new ArrayList<>();
      long start = simulation.nanoTime();
      for (int day = 3; day > 0; day--) {
        loop.schedule(
            () -> days.add(Duration.ofNanos(simulation.nanoTime() - start).toDays()),
            Duration.ofDays(day));
      }
      simulation.runFor(Duration.ofDays(2));
      assertEquals(List.of(1L, 2L), days);
      simulation.runFor(Duration.ofDays(2));
      assertEquals(List.of(1L, 2L, 3L), days);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void loopsHandConnectionsToOneAnother(Backend backend) {
    try (Simulation simulation = Simulation.of(1)) {
      EventLoop one = (EventLoop) simulation.loop(backend);
      EventLoop other = (EventLoop) simulation.loop(backend);
      List<String> ran = new ArrayList<>();
      one.schedule(
          () -> {
            ran.add("one");
            other.schedule(() -> ran.add("other"), Duration.ofSeconds(1));
          },
          Duration.ofSeconds(1));
      simulation.runUntil(() -> ran.size() == 2);
      assertEquals(List.of("one", "other"), ran);
    }
  }

  @Test
  void whatNeverComesTrueIsAFailureThatNamesTheSeed() {
    try (Simulation simulation = Simulation.of(4711)) {
      simulation.loop(Backend.EPOLL);
      AssertionError error =
          assertThrows(AssertionError.class, () -> simulation.runUntil(() -> false));
      assertTrue(error.getMessage().startsWith("seed 4711: nothing is left"), error::getMessage);
    }
  }

  @Test
  void whatACallbackThrowsFailsTheEnd() {
    Simulation simulation = Simulation.of(1);
    ZLoop loop = simulation.loop(Backend.EPOLL);
    loop.execute(() -> {
      throw new IllegalStateException("on purpose");
    });
    AssertionError error = assertThrows(AssertionError.class, simulation::close);
    assertTrue(error.getMessage().contains("on purpose"), error::getMessage);
  }

  @Test
  void aDescriptorLeftOpenFailsTheEnd() {
    Simulation simulation = Simulation.of(1);
    EventLoop loop = (EventLoop) simulation.loop(Backend.EPOLL);
    List<Integer> accepted = new ArrayList<>();
    SimulatedListener nobody = simulation.listen(NOBODY);
    nobody.close();
    Echo echo = new Echo(loop);
    simulation.connect(echo.address());
    simulation.runUntil(() -> echo.connections == 1);
    echo.acceptor.close();
    Leak.accept(loop, accepted);
    simulation.connect(Leak.ADDRESS);
    simulation.runUntil(() -> accepted.size() == 1);
    AssertionError error = assertThrows(AssertionError.class, simulation::close);
    assertTrue(error.getMessage().contains("left open"), error::getMessage);
  }

  @Test
  void closingADescriptorTwiceIsAFailure() {
    Simulation simulation = Simulation.of(1);
    EventLoop loop = (EventLoop) simulation.loop(Backend.EPOLL);
    List<Integer> accepted = new ArrayList<>();
    Leak.accept(loop, accepted);
    simulation.connect(Leak.ADDRESS);
    simulation.runUntil(() -> accepted.size() == 1);
    Sockets.close(loop, accepted.getFirst());
    AssertionError error =
        assertThrows(AssertionError.class, () -> Sockets.close(loop, accepted.getFirst()));
    assertTrue(error.getMessage().contains("which is not open"), error::getMessage);
    assertThrows(AssertionError.class, simulation::close);
  }
}
