package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.OpenDescriptors;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import dev.zloop.reactor.tls.TlsServerSpec;
import io.netty.pkitesting.X509Bundle;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A server over TLS that echoes, and counts what goes wrong. */
final class Victim implements AutoCloseable {
  private static final int LENGTH = 100_000;
  private static final X509Bundle CERTIFICATE = Certificates.TRUSTED.forNames("localhost");

  private final Loops loops;
  private final TlsEngine engine;
  private final OpenDescriptors before = OpenDescriptors.now();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final DisposableServer server;

  private Victim(
      Loops loops,
      TlsEngine engine,
      Consumer<TlsServerSpec> spec,
      UnaryOperator<TcpServer> settings) {
    this.loops = loops;
    this.engine = engine;
    this.server =
        settings
            .apply(loops.echoServer())
            .doOnError((connection, error) -> failures.add(error))
            .secure(both -> {
              both.sslContext(TlsEngine.build(engine.server(CERTIFICATE)));
              spec.accept(both);
            })
            .bindNow();
  }

  static Victim of(Loops loops, TlsEngine engine, Consumer<TlsServerSpec> spec) {
    return new Victim(loops, engine, spec, server -> server);
  }

  static Victim of(
      Loops loops,
      TlsEngine engine,
      Consumer<TlsServerSpec> spec,
      UnaryOperator<TcpServer> settings) {
    return new Victim(loops, engine, spec, settings);
  }

  static Victim of(Loops loops, TlsEngine engine) {
    return of(loops, engine, spec -> {});
  }

  SocketAddress address() {
    return server.address();
  }

  int port() {
    return server.port();
  }

  /** What connections failed with, as the server was told. */
  Queue<Throwable> failures() {
    return failures;
  }

  /** A client over TLS, on the victim's loops. */
  Connection connect() {
    return loops
        .client(server.port())
        .host("localhost")
        .secure(spec ->
            spec.sslContext(TlsEngine.build(engine.client()))
                .handshakeTimeout(Duration.ofMinutes(1)))
        .connectNow(Await.PATIENCE);
  }

  /** Fails unless an honest client is served. */
  void assertServes() {
    Connection client = connect();
    Checker checker = new Checker();
    client.outbound().send(Pattern.DEFAULT.buffers(LENGTH, 10_000)).then().subscribe();
    client.inbound().receive().subscribe(checker);
    Await.until("an echo", () -> checker.received() == LENGTH);
    client.disposeNow(Await.PATIENCE);
    assertEquals(LENGTH, checker.received());
  }

  /** The server ends; of all that was connected to it nothing is left. */
  @Override
  public void close() {
    server.disposeNow(Await.PATIENCE);
    Await.until(
        "no descriptors but those before: " + before, () -> OpenDescriptors.now().isWithin(before));
  }
}
