package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.tcp.IdleTimeoutException.Kind;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Silence, and what comes of it. Hours of it pass in simulated time. */
class IdleTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** What a timer and the network may take beyond the time itself. */
  private static final Duration SLACK = Duration.ofMillis(5);

  /** A server on a simulated network, a peer of it, and what it failed with. */
  private static final class Scene implements AutoCloseable {
    final Simulation simulation;
    final ZLoop loop;
    final List<Throwable> failures = new ArrayList<>();
    final List<Connection> connections = new ArrayList<>();
    final SimulatedPeer peer;

    Scene(Backend backend, UnaryOperator<TcpServer> settings) {
      simulation = Simulation.of(1);
      loop = simulation.loop(backend);
      TcpServer server =
          TcpServer.create()
              .runOn(loop)
              .host("127.0.0.1")
              .doOnConnection(connections::add)
              .doOnError((connection, error) -> failures.add(error))
              .handle((in, out) -> in.receive().then());
      var bound = simulation.await(settings.apply(server).bind().toFuture());
      peer = simulation.connect(bound.address());
      simulation.runUntil(() -> bound.connections() == 1);
    }

    /** Runs until the peer sees a reset; how long that took. */
    Duration untilReset() {
      long start = simulation.nanoTime();
      simulation.runUntil(() -> peer.failure().isPresent());
      assertEquals("ECONNRESET", peer.failure().orElseThrow());
      return Duration.ofNanos(simulation.nanoTime() - start);
    }

    void assertFailedWith(Kind kind) {
      assertEquals(1, failures.size(), failures::toString);
      var failure = assertInstanceOf(IdleTimeoutException.class, failures.getFirst());
      assertEquals(kind, failure.kind());
      assertEquals(TIMEOUT, failure.timeout());
      String text = failure.getMessage();
      assertTrue(text.contains("for 10000 ms") && text.contains("dleTimeout"), text);
    }

    @Override
    public void close() {
      simulation.close();
    }
  }

  private static void assertAbout(Duration expected, Duration actual) {
    assertTrue(actual.minus(expected).abs().compareTo(SLACK) < 0, actual::toString);
  }

  // ---- reading

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aPeerThatSaysNothingIsAborted(Backend backend) {
    try (Scene scene = new Scene(backend, server -> server.readIdleTimeout(TIMEOUT))) {
      assertAbout(TIMEOUT, scene.untilReset());
      scene.assertFailedWith(Kind.READ);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aByteNowAndThenIsNoSilence(Backend backend) {
    try (Scene scene = new Scene(backend, server -> server.readIdleTimeout(TIMEOUT))) {
      for (int i = 0; i < 400; i++) {
        scene.simulation.runFor(Duration.ofSeconds(9));
        scene.peer.send("x");
      }
      assertFalse(scene.peer.failure().isPresent());
      assertAbout(TIMEOUT, scene.untilReset());
      scene.assertFailedWith(Kind.READ);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void whileNobodyAsksItIsNotThePeerWhoIsSilent(Backend backend) {
    Duration busy = Duration.ofSeconds(64);
    UnaryOperator<TcpServer> settings =
        server ->
            server
                .readIdleTimeout(TIMEOUT)
                .handle((in, out) ->
                    in.receive().asString().concatMap(text -> pause(in, busy), 0).then());
    try (Scene scene = new Scene(backend, settings)) {
      scene.peer.send("x");
      assertAbout(busy.plus(TIMEOUT), scene.untilReset());
      scene.assertFailedWith(Kind.READ);
    }
  }

  private static Mono<Long> pause(Inbound in, Duration time) {
    return Mono.delay(time, Schedulers.fromZLoop(connectionOf(in).loop()));
  }

  private static Connection connectionOf(Inbound in) {
    List<Connection> connection = new ArrayList<>();
    in.withConnection(connection::add);
    return connection.getFirst();
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void afterItsEndThePeerIsNotSilent(Backend backend) {
    UnaryOperator<TcpServer> settings =
        server -> server.readIdleTimeout(TIMEOUT).handle((in, out) -> out.neverComplete());
    try (Scene scene = new Scene(backend, settings)) {
      scene.peer.shutdownOutput();
      scene.simulation.runFor(Duration.ofHours(1));
      assertEquals(List.of(), scene.failures);
      assertFalse(scene.connections.getFirst().isDisposed());
    }
  }

  // ---- writing

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aPeerThatTakesNothingIsAborted(Backend backend) {
    try (Scene scene = new Scene(backend, server -> endless(server.writeIdleTimeout(TIMEOUT)))) {
      scene.simulation.runFor(Duration.ofHours(1));
      assertEquals(List.of(), scene.failures); // it reads
      scene.peer.stopReading();
      scene.simulation.runUntil(() -> scene.connections.getFirst().isDisposed());
      scene.simulation.runUntil(() -> !scene.failures.isEmpty());
      scene.assertFailedWith(Kind.WRITE);
      scene.peer.startReading();
      scene.untilReset();
    }
  }

  private static TcpServer endless(TcpServer server) {
    return server
        .childOption(SocketOption.SO_SNDBUF, 4096)
        .handle((in, out) ->
            out.sendByteArray(Flux.range(0, Integer.MAX_VALUE).concatMap(i -> chunk(in), 0)));
  }

  private static Mono<byte[]> chunk(Inbound in) {
    return pause(in, Duration.ofSeconds(5)).map(passed -> new byte[1024]);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void whileNothingIsToBeSentItIsNotThePeerWhoTakesNothing(Backend backend) {
    try (Scene scene = new Scene(backend, server -> server.writeIdleTimeout(TIMEOUT))) {
      scene.simulation.runFor(Duration.ofHours(1));
      assertEquals(List.of(), scene.failures);
      assertFalse(scene.connections.getFirst().isDisposed());
    }
  }

  /** The handler reads on, which keeps a connection whose other way is broken. */
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aBrokenOutputIsNoSlowPeer(Backend backend) {
    Duration busy = TIMEOUT.multipliedBy(3);
    UnaryOperator<TcpServer> settings =
        server ->
            server
                .childOption(SocketOption.SO_SNDBUF, 4096)
                .writeIdleTimeout(TIMEOUT)
                .handle((in, out) ->
                    Mono.when(
                        out.sendByteArray(Mono.just(new byte[1 << 20])).then().onErrorComplete(),
                        in.receive().asString().concatMap(text -> pause(in, busy), 0)));
    try (Scene scene = new Scene(backend, settings)) {
      scene.peer.stopReading();
      scene.peer.send("x"); // which keeps the handler busy, and then
      scene.simulation.runFor(Duration.ofSeconds(1));
      scene.peer.send("y"); // which waits, and the reset behind it
      scene.simulation.runFor(Duration.ofSeconds(1));
      scene.peer.reset();
      scene.simulation.runFor(busy.minusSeconds(3));
      assertFalse(scene.connections.getFirst().isDisposed());
      scene.simulation.runUntil(() -> !scene.failures.isEmpty());
      assertInstanceOf(NativeIoException.class, scene.failures.getFirst());
    }
  }

  // ---- both

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void bothDirectionsKeepAConnectionAlive(Backend backend) {
    try (Scene scene = new Scene(backend, server -> server.idleTimeout(TIMEOUT))) {
      scene.simulation.runFor(Duration.ofSeconds(9));
      scene.peer.send("x");
      scene.simulation.runFor(Duration.ofSeconds(9));
      scene.connections.getFirst().outbound().sendString(Mono.just("y")).then().subscribe();
      assertAbout(TIMEOUT, scene.untilReset());
      scene.assertFailedWith(Kind.BOTH);
      assertEquals("y", scene.peer.receivedText());
    }
  }

  // ---- actions

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void anActionIsCalledAfterEachSilence(Backend backend) {
    try (Scene scene = new Scene(backend, server -> server)) {
      Connection connection = scene.connections.getFirst();
      List<String> silences = new ArrayList<>();
      connection.onReadIdle(TIMEOUT, () -> silences.add("replaced"));
      connection.onReadIdle(TIMEOUT, () -> silences.add("read"));
      connection.onWriteIdle(
          TIMEOUT.plusSeconds(2),
          () -> {
            silences.add("write");
            connection.outbound().sendString(Mono.just("heartbeat ")).then().subscribe();
          });
      scene.simulation.runFor(TIMEOUT.multipliedBy(3).plusSeconds(1));
      assertEquals(List.of("read", "write", "read", "write", "read"), silences);
      assertEquals("heartbeat heartbeat ", scene.peer.receivedText());

      silences.clear();
      for (int i = 0; i < 10; i++) {
        scene.peer.send("x");
        scene.simulation.runFor(TIMEOUT.minusSeconds(1));
      }
      assertFalse(silences.contains("read"), silences::toString);

      connection.dispose();
      silences.clear();
      scene.simulation.runFor(Duration.ofHours(1));
      assertEquals(List.of(), silences);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aHandshakeHasATimeoutOfItsOwn(Backend backend) {
    Duration longer = TIMEOUT.multipliedBy(3);
    UnaryOperator<TcpServer> settings =
        server ->
            server
                .idleTimeout(TIMEOUT)
                .readIdleTimeout(TIMEOUT)
                .handle((in, out) ->
                    connectionOf(in)
                        .startTlsAsClient(tls -> tls.verifyHostname(false).handshakeTimeout(longer))
                        .then());
    try (Scene scene = new Scene(backend, settings)) {
      assertAbout(longer, scene.untilReset());
      var failure = assertInstanceOf(TlsException.class, scene.failures.getFirst());
      assertEquals(TlsException.Reason.TIMED_OUT, failure.reason());
    }
  }

  @Test
  void aTimeoutThatIsNoneIsRefused() {
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> TcpClient.create().readIdleTimeout(Duration.ZERO));
    assertEquals("readIdleTimeout is PT0S, expected above 0", failure.getMessage());
  }
}
