package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.IdleTimeoutException;
import dev.zloop.reactor.tcp.SocketOption;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsServerSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Peers that take too long: none is waited for longer than was said. */
class TlsTimeoutsIT {
  private static final Duration SHORT = Duration.ofMillis(60);

  /** Longer than the patience of any test. */
  private static final Duration LONG = Duration.ofMinutes(10);

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @ParameterizedTest
  @EnumSource
  void aServerWaitsForTheHandshakeAsLongAsWasSaid(TlsEngine engine) throws IOException {
    Specs specs = new Specs(engine, "TLSv1.3");
    assertTimesOut(specs.server().andThen(tls -> tls.handshakeTimeout(SHORT)));
  }

  @ParameterizedTest
  @EnumSource
  void aServerOfNamesWaitsForTheNameAsLongAsWasSaid(TlsEngine engine) throws IOException {
    Specs specs = new Specs(engine, "TLSv1.3");
    assertTimesOut(
        specs
            .server()
            .andThen(tls -> tls.serverName("a.test", specs.server()).handshakeTimeout(SHORT)));
  }

  private static void assertTimesOut(Consumer<TlsServerSpec> spec) throws IOException {
    try (Attempt attempt = Attempt.on(LOOPS, spec);
        Peer silent = Peer.connect(new InetSocketAddress("127.0.0.1", attempt.port()))) {
      assertTrue(silent.channel().isConnected());
      Attempt.assertTells(
          attempt.serverTold(),
          Reason.TIMED_OUT,
          "the handshake with the client was not done within 60 ms",
          "handshakeTimeout(..)");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMappingThatDoesNotAnswerCountsAsTheHandshake(TlsEngine engine) {
    try (Attempt attempt =
        Attempt.on(
            LOOPS, tls -> tls.serverNames((name, promise) -> promise).handshakeTimeout(SHORT))) {
      attempt.refused(new Specs(engine, "TLSv1.3").client());
      Attempt.assertTells(attempt.serverTold(), Reason.TIMED_OUT, "60 ms");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientWaitsForTheHandshakeAsLongAsWasSaid(TlsEngine engine) throws IOException {
    try (ServerSocketChannel silent = Peer.listen()) {
      var connect =
          LOOPS
              .client(silent.socket().getLocalPort())
              .secure(
                  new Specs(engine, "TLSv1.3").client().andThen(tls -> tls.handshakeTimeout(SHORT)))
              .connect();
      Attempt.assertTells(
          Failures.of(TlsException.class, connect),
          Reason.TIMED_OUT,
          "the handshake with the server was not done within 60 ms");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoIsSilentAfterTheHandshakeIsAborted(TlsEngine engine) {
    Specs specs = new Specs(engine, "TLSv1.3");
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    DisposableServer server =
        LOOPS
            .server()
            .secure(specs.server())
            .readIdleTimeout(SHORT)
            .doOnError((connection, error) -> told.complete(error))
            .handle((in, out) -> in.receive().then())
            .bindNow();
    Connection client =
        LOOPS.client(server.port()).host("localhost").secure(specs.client()).connectNow();
    var silence = assertInstanceOf(IdleTimeoutException.class, Await.completion(told));
    assertEquals(IdleTimeoutException.Kind.READ, silence.kind());
    Failures.of(IOException.class, client.inbound().receive().then());
    Await.completion(client.onDispose());
    server.disposeNow();
  }

  /** The peer reads nothing and says nothing. */
  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "BORINGSSL,TLSv1.2", "BORINGSSL,TLSv1.3"})
  void aCloseWaitsForThePeerAsLongAsWasSaid(TlsEngine engine, String version) throws Exception {
    try (ServerSocketChannel listener = Peer.listen()) {
      var connecting =
          LOOPS
              .client(listener.socket().getLocalPort())
              .option(SocketOption.CLOSE_TIMEOUT, LONG)
              .secure(
                  new Specs(engine, version).client().andThen(tls -> tls.closeNotifyTimeout(SHORT)))
              .connect()
              .toFuture();
      try (JdkTlsPeer peer = JdkTlsPeer.server(listener.accept().socket())) {
        var shaking = Background.run(() -> peer.shakeHands(version));
        Connection client = Await.completion(connecting);
        Await.completion(shaking);
        Await.completion(client.outbound().sendString(Mono.just("last")).then());
        client.dispose();
        Await.completion(client.onDispose());
        assertEquals("last", peer.receive(4));
      }
    }
  }
}
