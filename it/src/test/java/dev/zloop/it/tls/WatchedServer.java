package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Inbound;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpServer;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsServerSpec;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A server of ours that remembers what its application saw, one connection after the other. */
final class WatchedServer implements AutoCloseable {
  /** For {@code localhost}. */
  static final X509Bundle CERTIFICATE = Certificates.TRUSTED.forNames("localhost");

  private final BlockingQueue<Connection> connections = new LinkedTransferQueue<>();
  private final BlockingQueue<Throwable> failures = new LinkedTransferQueue<>();
  private final BlockingQueue<Optional<Throwable>> inputEnds = new LinkedTransferQueue<>();
  private final DisposableServer server;

  private WatchedServer(
      TcpServer server, BiFunction<Flux<ByteBuf>, Outbound, Publisher<Void>> application) {
    this.server =
        server
            .doOnConnection(connections::add)
            .doOnError((connection, failure) -> failures.add(failure))
            .handle((in, out) -> application.apply(watched(in), out))
            .bindNow();
  }

  private Flux<ByteBuf> watched(Inbound in) {
    return in.receive()
        .retain()
        .doOnComplete(() -> inputEnds.add(Optional.empty()))
        .doOnError(failure -> inputEnds.add(Optional.of(failure)));
  }

  /**
   * One with an application that gets buffers which are its to release, or to send.
   *
   * @param server that is configured but for what its application does
   */
  static WatchedServer of(
      TcpServer server, BiFunction<Flux<ByteBuf>, Outbound, Publisher<Void>> application) {
    return new WatchedServer(server, application);
  }

  /** One that sends back what it gets. */
  static WatchedServer echo(Loops loops, Consumer<? super TlsServerSpec> spec) {
    return of(loops.server().secure(spec), (in, out) -> out.send(in));
  }

  /** As {@link #echo(Loops, Consumer)}, with {@link #CERTIFICATE} and what else is to be said. */
  static WatchedServer echo(Loops loops, TlsEngine engine, Consumer<SslContextBuilder> more) {
    SslContext context = context(engine, CERTIFICATE, more);
    return echo(loops, tls -> tls.sslContext(context));
  }

  static WatchedServer echo(Loops loops, TlsEngine engine) {
    return echo(loops, engine, builder -> {});
  }

  /** One that sends back so many bytes, and then closes. */
  static WatchedServer takingBack(Loops loops, TlsEngine engine, long length) {
    SslContext context = context(engine, CERTIFICATE, builder -> {});
    return of(
        loops.server().secure(context),
        (in, out) -> {
          long[] left = {length};
          return out.send(in.takeUntil(buffer -> (left[0] -= buffer.readableBytes()) == 0));
        });
  }

  static SslContext context(
      TlsEngine engine, X509Bundle certificate, Consumer<SslContextBuilder> more) {
    SslContextBuilder builder = engine.server(certificate);
    more.accept(builder);
    return TlsEngine.build(builder);
  }

  int port() {
    return server.port();
  }

  String hostAndPort() {
    return "127.0.0.1:" + port();
  }

  // ---- what the application sees

  /** The next connection, which begins when it is secure. */
  Connection awaitConnection() {
    return next("a connection", connections);
  }

  TlsSession awaitSession() {
    return awaitConnection().tlsSession().orElseThrow();
  }

  /**
   * Waits for the next handshake, or handler, that fails: because TLS did, for a reason, and said
   * so in words. A handler that was sending fails with a closed connection, of which that is the
   * cause.
   */
  void awaitFailure(TlsException.Reason reason, String... words) {
    Throwable failure = next("a failure", failures);
    TlsException cause =
        assertInstanceOf(
            TlsException.class,
            failure instanceof TlsException ? failure : failure.getCause(),
            failure::toString);
    assertEquals(reason, cause.reason(), cause::toString);
    Failures.assertMentions(cause, words);
  }

  /** Waits for the end of the next connection's input, which has to be in order. */
  void awaitInputEnd() {
    assertEquals(Optional.empty(), next("an input's end", inputEnds));
  }

  private static <T> T next(String what, BlockingQueue<T> queue) {
    try {
      T next = queue.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("not within " + Await.PATIENCE + ": " + what);
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
