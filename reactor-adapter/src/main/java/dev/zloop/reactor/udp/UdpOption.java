package dev.zloop.reactor.udp;

import dev.zloop.core.DatagramOptions;
import java.net.NetworkInterface;
import java.util.Objects;
import java.util.function.BiFunction;

/**
 * What may be set on UDP sockets, by the names of socket(7), ip(7) and ipv6(7). Those of IPv4 and
 * of IPv6 that mean the same are one here.
 *
 * @param <T> the type of its values
 */
public final class UdpOption<T> {

  /**
   * Binds although another socket has the port, if that one allows it too: for members of a
   * multicast group on one machine. Default false.
   */
  public static final UdpOption<Boolean> SO_REUSEADDR =
      new UdpOption<>("SO_REUSEADDR", DatagramOptions::withReuseAddress);

  /** Lets several sockets share a port, the kernel spreading the senders. Default false. */
  public static final UdpOption<Boolean> SO_REUSEPORT =
      new UdpOption<>("SO_REUSEPORT", DatagramOptions::withReusePort);

  /** Whether an IPv6 socket leaves IPv4 alone. Default false: {@code ::} serves both. */
  public static final UdpOption<Boolean> IPV6_V6ONLY =
      new UdpOption<>("IPV6_V6ONLY", DatagramOptions::withV6Only);

  /** Allows datagrams to broadcast addresses. Default false. */
  public static final UdpOption<Boolean> SO_BROADCAST =
      new UdpOption<>("SO_BROADCAST", DatagramOptions::withBroadcast);

  /** Routers that a datagram may pass, 1 to 255; 0, the default, is the system's choice. */
  public static final UdpOption<Integer> IP_TTL =
      new UdpOption<>("IP_TTL", DatagramOptions::withTtl);

  /**
   * Routers that a datagram to a group may pass, 0 (none leaves this machine) to 255. Default 1.
   */
  public static final UdpOption<Integer> IP_MULTICAST_TTL =
      new UdpOption<>("IP_MULTICAST_TTL", DatagramOptions::withMulticastTtl);

  /** Whether datagrams to groups come to members on this machine, too. Default true. */
  public static final UdpOption<Boolean> IP_MULTICAST_LOOP =
      new UdpOption<>("IP_MULTICAST_LOOP", DatagramOptions::withMulticastLoop);

  /** By which interface datagrams to groups leave. Default: as the routes say. */
  public static final UdpOption<NetworkInterface> IP_MULTICAST_IF =
      new UdpOption<>("IP_MULTICAST_IF", DatagramOptions::withMulticastInterface);

  /**
   * The kernel's buffer for what arrives and is not requested yet, in bytes; 0, the default, is the
   * system's choice, which does not grow. What finds no room is dropped.
   */
  public static final UdpOption<Integer> SO_RCVBUF =
      new UdpOption<>("SO_RCVBUF", DatagramOptions::withReceiveBufferBytes);

  /** The kernel's buffer for what leaves, in bytes; 0, the default, is the system's choice. */
  public static final UdpOption<Integer> SO_SNDBUF =
      new UdpOption<>("SO_SNDBUF", DatagramOptions::withSendBufferBytes);

  /** Bytes of a received datagram, 1 to 65535; longer ones are truncated. Default 65535: none. */
  public static final UdpOption<Integer> DATAGRAM_BYTES_MAX =
      new UdpOption<>("DATAGRAM_BYTES_MAX", DatagramOptions::withDatagramBytesMax);

  private final String name;
  private final BiFunction<DatagramOptions, T, DatagramOptions> setter;

  private UdpOption(String name, BiFunction<DatagramOptions, T, DatagramOptions> setter) {
    this.name = name;
    this.setter = setter;
  }

  DatagramOptions set(DatagramOptions options, T value) {
    return setter.apply(options, Objects.requireNonNull(value, name));
  }

  /** The option's name. */
  @Override
  public String toString() {
    return name;
  }
}
