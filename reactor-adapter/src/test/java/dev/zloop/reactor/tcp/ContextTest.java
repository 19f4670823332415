package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import io.micrometer.context.ContextRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** What the subscriber of a bind or a connect knows, handlers know. */
class ContextTest {
  private static final Mono<String> WHO =
      Mono.deferContextual(context -> Mono.just(context.get("who")));

  @Test
  void aServersHandlerHasTheContextOfWhoBound() {
    try (Simulation simulation = Simulation.of(1)) {
      List<String> seen = new ArrayList<>();
      Mono<DisposableServer> bind =
          TcpServer.create()
              .runOn(simulation.loop(Backend.EPOLL))
              .host("127.0.0.1")
              .doOnConnection(connection -> seen.add(connection.context().get("who")))
              .doOnError((connection, error) -> seen.add(connection.context().get("who")))
              .handle((in, out) ->
                  out.sendString(WHO)
                      .then(in.receive().then().then(WHO).doOnNext(seen::add).then())
                      .then(Mono.error(new IllegalStateException("enough"))))
              .bind();
      var server = simulation.await(bind.contextWrite(Context.of("who", "the server")).toFuture());
      SimulatedPeer peer = simulation.connect(server.address());
      simulation.runUntil(() -> peer.receivedText().equals("the server"));
      peer.shutdownOutput();
      simulation.runUntil(() -> seen.size() == 3);
      assertEquals(List.of("the server", "the server", "the server"), seen);
    }
  }

  @Test
  void eachClientsHandlerHasTheContextOfWhoConnected() {
    try (Simulation simulation = Simulation.of(2)) {
      ZLoop loop = simulation.loop(Backend.EPOLL);
      List<String> received = new ArrayList<>();
      var server =
          simulation.await(
              TcpServer.create()
                  .runOn(loop)
                  .host("127.0.0.1")
                  .handle((in, out) ->
                      in.receive()
                          .asString()
                          .reduce("", String::concat)
                          .doOnNext(received::add)
                          .then())
                  .bind()
                  .toFuture());
      Mono<? extends Connection> connect =
          TcpClient.create()
              .runOn(loop)
              .remoteAddress(server::address)
              .handle((in, out) -> out.sendString(WHO))
              .connect();
      for (String who : List.of("one", "another")) {
        simulation.await(connect.contextWrite(Context.of("who", who)).toFuture());
        simulation.runUntil(() -> !received.isEmpty() && received.getLast().equals(who));
      }
      assertEquals(List.of("one", "another"), received);
    }
  }

  @Test
  void threadLocalsFollowTheContextIntoOperatorsOnAConnection() {
    ThreadLocal<String> local = ThreadLocal.withInitial(() -> "none");
    ContextRegistry.getInstance().registerThreadLocalAccessor("who", local);
    Hooks.enableAutomaticContextPropagation();
    try (Simulation simulation = Simulation.of(3)) {
      List<String> seen = new ArrayList<>();
      Mono<DisposableServer> bind =
          TcpServer.create()
              .runOn(simulation.loop(Backend.EPOLL))
              .host("127.0.0.1")
              .handle((in, out) ->
                  out.sendString(
                      in.receive()
                          .asString()
                          .doOnNext(text -> seen.add("received, " + local.get()))
                          .doOnComplete(() -> seen.add("completed, " + local.get()))))
              .bind();
      var server = simulation.await(bind.contextWrite(Context.of("who", "the server")).toFuture());
      SimulatedPeer peer = simulation.connect(server.address());
      peer.send("hello");
      simulation.runUntil(() -> peer.receivedText().equals("hello"));
      assertEquals("none", local.get());
      peer.shutdownOutput();
      simulation.runUntil(() -> seen.getLast().startsWith("completed"));
      assertEquals("none", local.get());
      assertEquals(
          List.of("received, the server", "completed, the server"),
          seen.stream().distinct().toList()); // it may arrive in pieces
    } finally {
      Hooks.disableAutomaticContextPropagation();
      ContextRegistry.getInstance().removeThreadLocalAccessor("who");
    }
  }
}
