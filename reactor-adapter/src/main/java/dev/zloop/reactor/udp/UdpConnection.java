package dev.zloop.reactor.udp;

import dev.zloop.core.ZLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * A UDP socket: bound, by a server, or connected to one peer, by a client. It lives on one loop;
 * its methods may be called from any thread.
 *
 * <p>One with a handler ends when the handler's publisher does; one without lives until it is
 * disposed, or its loop closes. No error of the network ends it.
 */
public interface UdpConnection extends Disposable {

  /** The receiving side. */
  UdpInbound inbound();

  /** The sending side, with nothing sent yet. */
  UdpOutbound outbound();

  /** This side's address, with the port that the kernel chose where 0 was asked for. */
  InetSocketAddress localAddress();

  /** The port of {@link #localAddress}. */
  default int port() {
    return localAddress().getPort();
  }

  /** The one peer of a socket that is connected. */
  Optional<InetSocketAddress> remoteAddress();

  /** The loop that the socket lives on, for its whole life. */
  ZLoop loop();

  /**
   * How many datagrams came and were lost on this machine, because nobody requested them in time,
   * or their checksum was wrong. On Linux the kernel counts, modulo 2^32; elsewhere only those that
   * came together with the last that was requested are known. Asked for with each subscription;
   * once the socket is disposed, it is what was counted until then.
   */
  Mono<Long> dropped();

  /** Closes the socket: what the kernel has not taken yet is not sent. Never waits; idempotent. */
  @Override
  void dispose();

  /** Whether the socket has ended, or is about to. */
  @Override
  boolean isDisposed();

  /** As {@link #disposeNow(Duration)}, with 45 seconds. */
  default void disposeNow() {
    disposeNow(Duration.ofSeconds(45));
  }

  /**
   * Disposes, and waits for the end.
   *
   * @throws IllegalStateException on a loop's thread, which must not wait, or if it takes longer
   */
  default void disposeNow(Duration timeout) {
    dispose();
    onDispose().block(timeout);
  }

  /** Completes when the socket has ended and its descriptor is closed, for whatever reason. */
  Mono<Void> onDispose();
}
