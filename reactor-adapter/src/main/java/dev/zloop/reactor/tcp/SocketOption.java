package dev.zloop.reactor.tcp;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.TransportOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiFunction;

/**
 * What may be set on sockets, by the names of socket(7), tcp(7) and ipv6(7), and on connections.
 *
 * @param <T> the type of its values
 */
public final class SocketOption<T> {

  /** Connections that wait to be accepted, 1 or more; the kernel caps it. Default 1024. */
  public static final SocketOption<Integer> SO_BACKLOG =
      socket("SO_BACKLOG", SocketOptions::withBacklog);

  /** Binds also while connections of an earlier server are in TIME_WAIT. Default true. */
  public static final SocketOption<Boolean> SO_REUSEADDR =
      socket("SO_REUSEADDR", SocketOptions::withReuseAddress);

  /** Lets several sockets listen on one port, the kernel choosing among them. Default false. */
  public static final SocketOption<Boolean> SO_REUSEPORT =
      socket("SO_REUSEPORT", SocketOptions::withReusePort);

  /** Whether an IPv6 socket leaves IPv4 alone. Default false: {@code ::} serves both. */
  public static final SocketOption<Boolean> IPV6_V6ONLY =
      socket("IPV6_V6ONLY", SocketOptions::withV6Only);

  /** Sends small segments at once rather than waiting to fill them (Nagle). Default true. */
  public static final SocketOption<Boolean> TCP_NODELAY =
      socket("TCP_NODELAY", SocketOptions::withNoDelay);

  /** Probes an idle peer: after how long, how often, how many times. Default: none. */
  public static final SocketOption<SocketOptions.KeepAlive> SO_KEEPALIVE =
      socket("SO_KEEPALIVE", SocketOptions::withKeepAlive);

  /** The kernel's receive buffer in bytes; 0, the default, lets the kernel adapt it. */
  public static final SocketOption<Integer> SO_RCVBUF =
      socket("SO_RCVBUF", SocketOptions::withReceiveBufferBytes);

  /** The kernel's send buffer in bytes; 0, the default, lets the kernel adapt it. */
  public static final SocketOption<Integer> SO_SNDBUF =
      socket("SO_SNDBUF", SocketOptions::withSendBufferBytes);

  /** How long a client waits for its connection, above 0. Default 30 seconds. */
  public static final SocketOption<Duration> CONNECT_TIMEOUT =
      new SocketOption<>("CONNECT_TIMEOUT", Settings::with);

  /** Queued bytes from which on nothing more is requested to be sent, 1 or more. Default 64 KiB. */
  public static final SocketOption<Integer> WRITE_QUEUE_HIGH_BYTES =
      transport(
          "WRITE_QUEUE_HIGH_BYTES",
          (options, bytes) ->
              new TransportOptions(
                  Math.min(options.writeQueueLowBytes(), bytes), bytes, options.closeTimeout()));

  /** Queued bytes at which a full queue has room again, up to the high mark. Default 32 KiB. */
  public static final SocketOption<Integer> WRITE_QUEUE_LOW_BYTES =
      transport(
          "WRITE_QUEUE_LOW_BYTES",
          (options, bytes) ->
              new TransportOptions(bytes, options.writeQueueHighBytes(), options.closeTimeout()));

  /**
   * How long a graceful close waits for the peer to take a further byte, and then for the peer's
   * own end; above 0. Default 10 seconds.
   */
  public static final SocketOption<Duration> CLOSE_TIMEOUT =
      transport(
          "CLOSE_TIMEOUT",
          (options, timeout) ->
              new TransportOptions(
                  options.writeQueueLowBytes(), options.writeQueueHighBytes(), timeout));

  private final String name;
  private final BiFunction<Settings, T, Settings> setter;

  private SocketOption(String name, BiFunction<Settings, T, Settings> setter) {
    this.name = name;
    this.setter = setter;
  }

  private static <T> SocketOption<T> socket(
      String name, BiFunction<SocketOptions, T, SocketOptions> setter) {
    return new SocketOption<>(
        name, (settings, value) -> settings.with(setter.apply(settings.socket(), value)));
  }

  private static <T> SocketOption<T> transport(
      String name, BiFunction<TransportOptions, T, TransportOptions> setter) {
    return new SocketOption<>(
        name, (settings, value) -> settings.with(setter.apply(settings.transport(), value)));
  }

  Settings set(Settings settings, T value) {
    return setter.apply(settings, Objects.requireNonNull(value, name));
  }

  /** The option's name. */
  @Override
  public String toString() {
    return name;
  }
}
