package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoop;
import java.net.SocketAddress;
import java.time.Duration;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

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

  /** The peer's address. */
  SocketAddress address();

  /** This side's address. */
  SocketAddress localAddress();

  /** The loop that the connection lives on, for its whole life. */
  ZLoop loop();

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
