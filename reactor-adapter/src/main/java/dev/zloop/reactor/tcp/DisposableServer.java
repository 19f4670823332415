package dev.zloop.reactor.tcp;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** A server that is bound and accepts. Its methods may be called from any thread. */
public interface DisposableServer extends Disposable {

  /** The address that it is bound to, with the port that the kernel chose where 0 was asked for. */
  SocketAddress address();

  /** The host part of {@link #address}, as a literal; null for a Unix socket. */
  default String host() {
    return address() instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : null;
  }

  /** The port of {@link #address}; -1 for a Unix socket. */
  default int port() {
    return address() instanceof InetSocketAddress inet ? inet.getPort() : -1;
  }

  /**
   * Stops accepting. Connections that were accepted live on until their handlers end them. Never
   * waits; idempotent.
   */
  @Override
  void dispose();

  /** As {@link #disposeNow(Duration)}, with 45 seconds. */
  default void disposeNow() {
    disposeNow(Disposal.TIMEOUT);
  }

  /**
   * Disposes, and waits until the listening socket is closed.
   *
   * @throws IllegalStateException on a loop's thread, which must not wait, or if it takes longer
   */
  default void disposeNow(Duration timeout) {
    Disposal.now(this, onDispose(), timeout);
  }

  /** Completes when the listening socket is closed. */
  Mono<Void> onDispose();
}
