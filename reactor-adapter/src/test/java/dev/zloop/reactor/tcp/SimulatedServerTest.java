package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Fault;
import dev.zloop.simulation.Faults;
import dev.zloop.simulation.SimulatedListener;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Servers and clients on a simulated network: what docs/simulation.md shows. */
class SimulatedServerTest {

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void anEchoServerServesThroughWhatConnectionsSurvive(Backend backend) {
    for (long seed = 0; seed < 20; seed++) {
      echo(seed, backend);
    }
  }

  private static void echo(long seed, Backend backend) {
    try (Simulation simulation = Simulation.of(seed, Faults.HARMLESS)) {
      ZLoop loop = simulation.loop(backend);
      DisposableServer server =
          simulation.await(
              TcpServer.create()
                  .runOn(loop)
                  .host("127.0.0.1")
                  .handle((in, out) -> out.send(in.receive().retain()))
                  .bind()
                  .toFuture());

      SimulatedPeer peer = simulation.connect(server.address());
      peer.send("hello");
      peer.shutdownOutput();
      simulation.runUntil(peer::hasEnded);

      assertEquals("hello", peer.receivedText());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aServerThatIsIdleForAnHourIsThereAfterwards(Backend backend) {
    try (Simulation simulation = Simulation.of(7)) {
      DisposableServer server =
          simulation.await(
              TcpServer.create()
                  .runOn(simulation.loop(backend))
                  .host("127.0.0.1")
                  .handle((in, out) -> out.sendString(Mono.just("hello")))
                  .bind()
                  .toFuture());
      SimulatedPeer early = simulation.connect(server.address());
      simulation.runUntil(early::hasEnded);
      simulation.runFor(Duration.ofHours(1));
      SimulatedPeer late = simulation.connect(server.address());
      simulation.runUntil(late::hasEnded);
      assertEquals("hello", late.receivedText());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aClientConnectsToSomebodyOutside(Backend backend) {
    try (Simulation simulation = Simulation.of(7)) {
      SimulatedListener outside =
          simulation.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      List<String> received = new ArrayList<>();
      Mono<? extends Connection> connecting =
          TcpClient.create()
              .runOn(simulation.loop(backend))
              .remoteAddress(outside::address)
              .connect();
      Connection connection = simulation.await(connecting.toFuture());
      SimulatedPeer peer = outside.accept().orElseThrow();
      connection.inbound().receive().asString().subscribe(received::add, reset -> {});
      peer.send("welcome");
      simulation.runUntil(() -> String.join("", received).equals("welcome"));
      peer.reset();
      simulation.await(connection.onDispose().onErrorComplete().toFuture());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aRefusedConnectFailsItsSubscriber(Backend backend) {
    Faults faults = Faults.NONE.with(Fault.REFUSED, 1);
    try (Simulation simulation = Simulation.of(7, faults)) {
      SimulatedListener outside =
          simulation.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Mono<? extends Connection> connecting =
          TcpClient.create()
              .runOn(simulation.loop(backend))
              .remoteAddress(outside::address)
              .connect();
      Optional<Throwable> failure =
          simulation.await(
              connecting
                  .<Optional<Throwable>>map(connected -> Optional.empty())
                  .onErrorResume(error -> Mono.just(Optional.of(error)))
                  .toFuture());
      assertTrue(failure.orElseThrow().getMessage().contains("ECONNREFUSED"));
    }
  }
}
