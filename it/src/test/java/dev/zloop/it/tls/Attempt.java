package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.SocketOption;
import dev.zloop.reactor.tls.TlsClientSpec;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsServerSpec;
import dev.zloop.reactor.tls.TlsSession;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

/** An echo server, and who tries to talk to it over TLS; and what each of the two heard of it. */
final class Attempt implements AutoCloseable {

  /** What a server told its {@code doOnError}. */
  private record Told(Connection connection, Throwable error) {}

  private final Loops loops;
  private final DisposableServer server;
  private final Queue<Told> serverTold = new ConcurrentLinkedQueue<>();
  private final Queue<Connection> served = new ConcurrentLinkedQueue<>();

  private Attempt(Loops loops, Consumer<? super TlsServerSpec> spec) {
    this.loops = loops;
    server =
        loops
            .echoServer()
            .childOption(SocketOption.CLOSE_TIMEOUT, Duration.ofMillis(200))
            .secure(spec)
            .doOnConnection(served::add)
            .doOnError((connection, error) -> serverTold.add(new Told(connection, error)))
            .bindNow();
  }

  /** With a server only, so far. */
  static Attempt on(Loops loops, Consumer<? super TlsServerSpec> spec) {
    return new Attempt(loops, spec);
  }

  int port() {
    return server.port();
  }

  // ---- clients

  /** A client that gets through, and disposes itself when its echo is there. */
  TlsSession talk(Consumer<? super TlsClientSpec> spec) {
    return talk("localhost", spec);
  }

  TlsSession talk(String host, Consumer<? super TlsClientSpec> spec) {
    Connection client = loops.client(port()).host(host).secure(spec).connectNow();
    try {
      assertEquals("hello", echo(client));
      return client.tlsSession().orElseThrow();
    } finally {
      client.disposeNow();
    }
  }

  /** Sends a word, and gives what comes back. */
  static String echo(Connection client) {
    client.outbound().sendString(Mono.just("hello")).then().onErrorComplete().subscribe();
    return Await.completion(client.inbound().receive().asString().next());
  }

  /** A client that does not get through: what it hears, at the latest in receiving. */
  TlsException refused(Consumer<? super TlsClientSpec> spec) {
    return refused("localhost", spec);
  }

  TlsException refused(String host, Consumer<? super TlsClientSpec> spec) {
    Connection client;
    try {
      client = loops.client(port()).host(host).secure(spec).connectNow();
    } catch (RuntimeException e) {
      return Failures.of(
          TlsException.class,
          () -> {
            throw Exceptions.unwrap(e);
          });
    }
    try {
      return Failures.of(TlsException.class, () -> echo(client));
    } finally {
      client.disposeNow();
    }
  }

  // ---- what the server has

  /** The server's side of the last connection that got through. */
  Connection lastServed() {
    Await.until("a connection", () -> !served.isEmpty());
    return served.stream().toList().getLast();
  }

  /** What the server was told, which is one thing, when that connection has ended. */
  TlsException serverTold() {
    Await.until("the server to be told", () -> !serverTold.isEmpty());
    Told told = serverTold.peek();
    Await.completion(told.connection().onDispose());
    assertEquals(1, serverTold.size(), () -> "told " + serverTold);
    return Failures.of(
        TlsException.class,
        () -> {
          throw told.error();
        });
  }

  void assertServerHeardNothing() {
    assertEquals(0, serverTold.size(), () -> "told " + serverTold);
  }

  /** What was told, with what reason, on one line, and with these parts in its message. */
  static void assertTells(TlsException failure, Reason reason, String... parts) {
    assertEquals(reason, failure.reason(), failure::getMessage);
    assertFalse(failure.getMessage().contains("\n"), failure::getMessage);
    Failures.assertMentions(failure, parts);
    Failures.assertMentions(failure, "TLS with ", "127.0.0.1");
  }

  @Override
  public void close() {
    served.forEach(Connection::abort);
    server.disposeNow();
  }
}
