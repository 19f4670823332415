package dev.zloop.reactor.metrics;

import java.net.SocketAddress;
import java.time.Duration;

/**
 * What servers and clients tell of their connections, to be counted. The methods are those of
 * Reactor Netty's interface of this name.
 *
 * <p>Called on the threads of the loops, by several at a time: they must not block. What they throw
 * is logged, and the connection goes on. Times are by the loop's clock.
 */
public interface ChannelMetricsRecorder {

  /** For operations that went well. */
  String SUCCESS = "SUCCESS";

  /** For operations that failed. */
  String ERROR = "ERROR";

  /** Bytes, 1 or more, arrived from that peer, as the handler sees them: over TLS, decrypted. */
  void recordDataReceived(SocketAddress remoteAddress, long bytes);

  /**
   * Bytes, 1 or more, were handed to the write queue for that peer, as the handler gave them: over
   * TLS, not encrypted yet.
   */
  void recordDataSent(SocketAddress remoteAddress, long bytes);

  /** A connection failed, or its handler did. Once a connection at the most. */
  void incrementErrorsCount(SocketAddress remoteAddress);

  /** As {@link #incrementErrorsCount(SocketAddress)}, which it calls, and why. */
  default void incrementErrorsCount(SocketAddress remoteAddress, Throwable cause) {
    incrementErrorsCount(remoteAddress);
  }

  /**
   * A TLS handshake is over.
   *
   * @param status {@link #SUCCESS} or {@link #ERROR}
   */
  void recordTlsHandshakeTime(SocketAddress remoteAddress, Duration time, String status);

  /**
   * Of a client: a connect is over, over all addresses that were tried, without the resolving
   * before and the TLS handshake after it.
   *
   * @param remoteAddress as it was configured, with its name
   * @param status {@link #SUCCESS} or {@link #ERROR}
   */
  void recordConnectTime(SocketAddress remoteAddress, Duration time, String status);

  /**
   * Of a client: a name was resolved, or not.
   *
   * @param remoteAddress the name and the port
   * @param status {@link #SUCCESS} or {@link #ERROR}
   */
  void recordResolveAddressTime(SocketAddress remoteAddress, Duration time, String status);

  /**
   * A server accepted a connection.
   *
   * @param localAddress the server's address
   */
  default void recordServerConnectionOpened(SocketAddress localAddress) {}

  /** A connection has ended that {@link #recordServerConnectionOpened} told. */
  default void recordServerConnectionClosed(SocketAddress localAddress) {}
}
