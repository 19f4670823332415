package dev.zloop.reactor.tcp;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.IntConsumer;
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
   * Stops accepting. Connections that were accepted live on until their handlers end them, or
   * {@link #shutdown} does. Never waits; idempotent.
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

  /** How many of the connections that it accepted live at this moment. */
  int connections();

  /** How many connections were reset, because there were {@link TcpServer#maxConnections} ones. */
  long refusedConnections();

  /**
   * Stops accepting, as {@link #dispose}, and waits until the connections have ended: those whose
   * handlers do within the grace by themselves. The rest is closed then as by {@link
   * Connection#dispose}: handlers are cancelled, and what was sent before is flushed. What is left
   * after {@link SocketOption#CLOSE_TIMEOUT} is aborted. Tells, when the last has ended, how many
   * had to be closed.
   *
   * <p>Nothing tells the handlers. One that is to end, because its server does, can listen to
   * {@link #onDispose}: {@code in.receive().takeUntilOther(server.onDispose())}.
   *
   * <p>It begins with each subscription, and each has a grace of its own. Cancelling it ends the
   * waiting, and no connection; nothing is accepted again.
   *
   * @param grace how long connections may take, 0 or more. Where loops are closed meanwhile, they
   *     end their connections at once
   * @throws IllegalArgumentException if the grace is negative
   */
  Mono<Integer> shutdown(Duration grace);

  /** As {@link #shutdownAtExit(Duration, IntConsumer)}, for who need not hear of it. */
  default void shutdownAtExit(Duration grace) {
    shutdownAtExit(grace, closed -> {});
  }

  /**
   * Has the JVM {@link #shutdown} this server when it exits, by a signal such as TERM and INT or by
   * {@link System#exit}, and wait for that. Forgotten when the server was disposed before and its
   * last connection has ended.
   *
   * <p>Of several servers each has its time, at the same time. One that is not done 5 seconds after
   * the latest that it could be, since a loop is blocked, is left behind, and the log says so: as
   * is one on whose loop {@code System.exit} was called, which blocks.
   *
   * @param grace how long connections may take, 0 or more
   * @param onShutdown told how many connections had to be closed, on a thread of its own, before
   *     the JVM ends
   * @throws IllegalArgumentException if the grace is negative
   * @throws IllegalStateException if the JVM exits already
   */
  void shutdownAtExit(Duration grace, IntConsumer onShutdown);

  /** Completes when the listening socket is closed. */
  Mono<Void> onDispose();
}
