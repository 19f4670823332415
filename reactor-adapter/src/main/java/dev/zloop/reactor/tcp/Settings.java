package dev.zloop.reactor.tcp;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.TransportOptions;
import java.time.Duration;

/** What {@link SocketOption}s set. */
record Settings(SocketOptions socket, TransportOptions transport, Duration connectTimeout) {
  static final Settings DEFAULT =
      new Settings(SocketOptions.DEFAULT, TransportOptions.DEFAULT, Duration.ofSeconds(30));

  Settings {
    if (!connectTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "CONNECT_TIMEOUT is " + connectTimeout + ", expected above 0");
    }
  }

  Settings with(SocketOptions changed) {
    return new Settings(changed, transport, connectTimeout);
  }

  Settings with(TransportOptions changed) {
    return new Settings(socket, changed, connectTimeout);
  }

  Settings with(Duration changedConnectTimeout) {
    return new Settings(socket, transport, changedConnectTimeout);
  }
}
