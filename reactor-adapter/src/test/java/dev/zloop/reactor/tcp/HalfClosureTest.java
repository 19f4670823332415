package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.SimulatedListener;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Whether the end of the peer's output is the end of the connection. */
class HalfClosureTest {

  private static TcpServer server(Simulation simulation, Backend backend) {
    return TcpServer.create().runOn(simulation.loop(backend)).host("127.0.0.1");
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void unlessToldOtherwiseAConnectionOutlivesThePeersEnd(Backend backend) {
    try (Simulation simulation = Simulation.of(1)) {
      var server =
          simulation.await(
              server(simulation, backend)
                  .handle((in, out) -> out.neverComplete())
                  .bind()
                  .toFuture());
      SimulatedPeer peer = simulation.connect(server.address());
      peer.shutdownOutput();
      simulation.runFor(Duration.ofHours(1));
      assertFalse(peer.hasEnded());
      assertEquals(1, server.connections());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void withoutHalfClosureThePeersEndIsTheConnections(Backend backend) {
    try (Simulation simulation = Simulation.of(2)) {
      AtomicBoolean cancelled = new AtomicBoolean();
      var server =
          simulation.await(
              server(simulation, backend)
                  .allowHalfClosure(false)
                  .handle((in, out) -> out.neverComplete().doOnCancel(() -> cancelled.set(true)))
                  .bind()
                  .toFuture());
      SimulatedPeer peer = simulation.connect(server.address());
      peer.send("nobody reads this");
      peer.shutdownOutput();
      simulation.runFor(Duration.ofSeconds(1));
      assertFalse(peer.hasEnded()); // since its end is behind what waits to be read
      peer.close();
      SimulatedPeer another = simulation.connect(server.address());
      another.shutdownOutput();
      simulation.runUntil(another::hasEnded);
      assertTrue(cancelled.get());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void withoutHalfClosureWhatAnswersTheEndIsFlushed(Backend backend) {
    try (Simulation simulation = Simulation.of(3)) {
      var server =
          simulation.await(
              server(simulation, backend)
                  .allowHalfClosure(false)
                  .handle((in, out) ->
                      out.send(in.receive().retain())
                          .sendString(Mono.just(", and good bye"))
                          .neverComplete())
                  .bind()
                  .toFuture());
      SimulatedPeer peer = simulation.connect(server.address());
      peer.send("hello");
      peer.shutdownOutput();
      simulation.runUntil(peer::hasEnded);
      assertEquals("hello, and good bye", peer.receivedText());
      simulation.runUntil(() -> server.connections() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void withoutHalfClosureAClientThatIsSendingEndsToo(Backend backend) {
    try (Simulation simulation = Simulation.of(4)) {
      SimulatedListener outside =
          simulation.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Mono<? extends Connection> connecting =
          TcpClient.create()
              .runOn(simulation.loop(backend))
              .remoteAddress(outside::address)
              .allowHalfClosure(false)
              .connect();
      Connection client = simulation.await(connecting.toFuture());
      SimulatedPeer peer = outside.accept().orElseThrow();
      AtomicBoolean failed = new AtomicBoolean();
      client
          .outbound()
          .sendString(Flux.just("something").concatWith(Flux.never()))
          .then()
          .subscribe(nothing -> {}, error -> failed.set(true));
      peer.shutdownOutput();
      simulation.runUntil(peer::hasEnded);
      assertEquals("something", peer.receivedText());
      assertTrue(failed.get());
      simulation.await(client.onDispose().toFuture());
    }
  }
}
