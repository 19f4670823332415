package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.proxy.ProxyHeader;
import dev.zloop.reactor.tls.TlsClientSpec;
import dev.zloop.reactor.tls.TlsServerSpec;
import dev.zloop.reactor.tls.TlsSession;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * A TCP or Unix connection. It lives on one loop; its methods may be called from any thread.
 *
 * <p>A connection with a handler ends when the handler's publisher does. Without one it ends when
 * it is disposed, or when the peer has ended its output and nothing is being sent.
 */
public interface Connection extends Disposable {

  /** The reading side. */
  Inbound inbound();

  /** The writing side, with nothing sent yet. */
  Outbound outbound();

  /** The peer's address; behind a proxy that says for whom it speaks, the client's. */
  SocketAddress address();

  /** What a proxy in front said of this connection, where {@link TcpServer#proxyProtocol} is on. */
  Optional<ProxyHeader> proxyHeader();

  /** This side's address. */
  SocketAddress localAddress();

  /** The loop that the connection lives on, for its whole life. */
  ZLoop loop();

  /**
   * The context of who subscribed to {@link TcpServer#bind} or {@link TcpClient#connect}. A
   * handler's publisher has it anyway; it is here for what is subscribed to elsewhere: {@code
   * .contextWrite(connection.context())}.
   */
  ContextView context();

  /**
   * Calls an action, on the loop, whenever nothing has arrived for so long, and again after each
   * further such time; not once the peer has ended its output, nor during a handshake. It replaces
   * the one before. Time counts also while nobody asks for anything, so that nothing can arrive: to
   * end silent connections, {@link TcpServer#readIdleTimeout} is better.
   *
   * @param silence above 0
   * @return this
   */
  Connection onReadIdle(Duration silence, Runnable action);

  /**
   * As {@link #onReadIdle}, whenever the kernel has taken nothing for so long, whether or not there
   * was something to send; not once this side has ended its output. For heartbeats:
   *
   * <pre>{@code
   * connection.onWriteIdle(Duration.ofSeconds(20), () -> heartbeat(connection))
   * }</pre>
   */
  Connection onWriteIdle(Duration silence, Runnable action);

  /** What the two sides have agreed on, once the connection is secure. */
  Optional<TlsSession> tlsSession();

  /**
   * Begins to speak TLS on a connection that has spoken plaintext so far, in the client's role: for
   * protocols that agree on it, as with STARTTLS (RFC 3207). It completes when the handshake is
   * done, and fails with a {@link dev.zloop.reactor.tls.TlsException} if the handshake does, which
   * ends the connection.
   *
   * <p>What was sent before goes out as it is; while something is being sent, this fails. A flux of
   * {@code receive()} goes on: what it brings from here on came by TLS. Subscribe to this on the
   * loop, when the last plaintext was received or sent: a later one finds that the peer's first
   * message has gone to {@code receive()}. And what came with the last plaintext in one buffer is
   * plaintext too, which a peer that keeps to the protocol does not send. What a decoder such as
   * {@code lines} has of it and did not decode makes this fail, and aborts the connection (RFC
   * 3207, section 6).
   *
   * @throws IllegalArgumentException if the specification makes no sense
   */
  Mono<TlsSession> startTlsAsClient(Consumer<? super TlsClientSpec> spec);

  /** As {@link #startTlsAsClient}, in the server's role. */
  Mono<TlsSession> startTlsAsServer(Consumer<? super TlsServerSpec> spec);

  /**
   * Closes gracefully: what was sent before is flushed, the output ended, the peer's input drained
   * and dropped until its end or a deadline. Never waits; idempotent.
   */
  @Override
  void dispose();

  /** Whether the connection has ended, or is about to. */
  @Override
  boolean isDisposed();

  /** As {@link #disposeNow(Duration)}, with 45 seconds. */
  default void disposeNow() {
    disposeNow(Disposal.TIMEOUT);
  }

  /**
   * Disposes, and waits for the end.
   *
   * @throws IllegalStateException on a loop's thread, which must not wait, or if it takes longer
   */
  default void disposeNow(Duration timeout) {
    Disposal.now(this, onDispose(), timeout);
  }

  /** Closes at once: what is unsent and unread is lost, and the peer sees a reset. */
  void abort();

  /** Completes when the connection has ended and its descriptor is closed, for whatever reason. */
  Mono<Void> onDispose();

  /** Disposes something with the connection, and returns this. */
  default Connection onDispose(Disposable disposable) {
    onDispose().subscribe(null, null, disposable::dispose);
    return this;
  }
}
