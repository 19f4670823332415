package dev.zloop.reactor.tcp;

import java.io.IOException;

/** Something could not be sent or received any more, because the connection has ended. */
public final class ConnectionClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  ConnectionClosedException(String message, Throwable cause) {
    super(message, cause);
  }
}
