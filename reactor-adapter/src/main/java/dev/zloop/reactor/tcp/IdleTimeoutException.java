package dev.zloop.reactor.tcp;

import java.io.IOException;
import java.time.Duration;

/** A connection was aborted, because nothing happened on it for as long as was allowed. */
public final class IdleTimeoutException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What did not happen. */
  public enum Kind {
    /** Nothing arrived, although it was asked for: {@link TcpServer#readIdleTimeout}. */
    READ,
    /** Nothing was sent, although it was there to be: {@link TcpServer#writeIdleTimeout}. */
    WRITE,
    /** Nothing arrived and nothing was sent: {@link TcpServer#idleTimeout}. */
    BOTH
  }

  /** Which timeout it was. */
  private final Kind kind;

  /** How long it is. */
  private final Duration timeout;

  IdleTimeoutException(String message, Kind kind, Duration timeout) {
    super(message);
    this.kind = kind;
    this.timeout = timeout;
  }

  /** What did not happen. */
  public Kind kind() {
    return kind;
  }

  /** For how long nothing happened, at least. */
  public Duration timeout() {
    return timeout;
  }
}
