package dev.zloop.core;

import java.net.NetworkInterface;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Options of a UDP socket. Immutable: the {@code with..} methods make another.
 *
 * @param reuseAddress bind although another socket has the port, if that one allows it too: members
 *     of a multicast group each get all that is sent to it, of other datagrams the last that was
 *     bound gets all. socket(7), SO_REUSEADDR
 * @param reusePort several may share a port, if all of them say so, and the kernel spreads the
 *     senders among them; that of macOS does not. socket(7), SO_REUSEPORT
 * @param v6Only on IPv6: takes no IPv4 datagrams, which {@code ::} otherwise does. ipv6(7),
 *     IPV6_V6ONLY
 * @param broadcast allow datagrams to broadcast addresses. socket(7), SO_BROADCAST
 * @param ttl routers that a datagram may pass, 1 to 255, or 0 for the system's default. ip(7),
 *     IP_TTL; ipv6(7), IPV6_UNICAST_HOPS
 * @param multicastTtl likewise for datagrams to groups, 0 to 255; with 0 they stay on this machine.
 *     IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS
 * @param multicastLoop whether datagrams to groups come to members on this machine, too.
 *     IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP
 * @param multicastInterface by which way datagrams to groups leave; none leaves it to the routes.
 *     IP_MULTICAST_IF, IPV6_MULTICAST_IF
 * @param receiveBufferBytes the kernel's buffer for what arrives and is not asked for yet, 0 for
 *     its default; what finds no room is dropped. The kernel doubles what it is given, for its
 *     bookkeeping, and caps it (net.core.rmem_max). socket(7), SO_RCVBUF
 * @param sendBufferBytes likewise for what is sent (net.core.wmem_max). socket(7), SO_SNDBUF
 * @param datagramBytesMax of a datagram that is received, 1 to 65535; longer ones are truncated,
 *     and say so
 */
public record DatagramOptions(
    boolean reuseAddress,
    boolean reusePort,
    boolean v6Only,
    boolean broadcast,
    int ttl,
    int multicastTtl,
    boolean multicastLoop,
    Optional<NetworkInterface> multicastInterface,
    int receiveBufferBytes,
    int sendBufferBytes,
    int datagramBytesMax) {

  private static final int TTL_MAX = 255;
  private static final int DATAGRAM_BYTES_MAX = 65_535;

  /** Datagrams to groups that stay on the network and come here too; all else as the kernel has. */
  public static final DatagramOptions DEFAULT =
      new DatagramOptions(
          false, false, false, false, 0, 1, true, Optional.empty(), 0, 0, DATAGRAM_BYTES_MAX);

  public DatagramOptions {
    requireRange("ttl", ttl, 0, TTL_MAX);
    requireRange("multicastTtl", multicastTtl, 0, TTL_MAX);
    Objects.requireNonNull(multicastInterface, "multicastInterface");
    requireRange("receiveBufferBytes", receiveBufferBytes, 0, Integer.MAX_VALUE);
    requireRange("sendBufferBytes", sendBufferBytes, 0, Integer.MAX_VALUE);
    requireRange("datagramBytesMax", datagramBytesMax, 1, DATAGRAM_BYTES_MAX);
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ", expected " + min + " to " + max);
    }
  }

  /** These options with another {@link #reuseAddress}. */
  public DatagramOptions withReuseAddress(boolean reuseAddress) {
    return with(draft -> draft.reuseAddress = reuseAddress);
  }

  /** These options with another {@link #reusePort}. */
  public DatagramOptions withReusePort(boolean reusePort) {
    return with(draft -> draft.reusePort = reusePort);
  }

  /** These options with another {@link #v6Only}. */
  public DatagramOptions withV6Only(boolean v6Only) {
    return with(draft -> draft.v6Only = v6Only);
  }

  /** These options with another {@link #broadcast}. */
  public DatagramOptions withBroadcast(boolean broadcast) {
    return with(draft -> draft.broadcast = broadcast);
  }

  /** These options with another {@link #ttl}. */
  public DatagramOptions withTtl(int ttl) {
    return with(draft -> draft.ttl = ttl);
  }

  /** These options with another {@link #multicastTtl}. */
  public DatagramOptions withMulticastTtl(int multicastTtl) {
    return with(draft -> draft.multicastTtl = multicastTtl);
  }

  /** These options with another {@link #multicastLoop}. */
  public DatagramOptions withMulticastLoop(boolean multicastLoop) {
    return with(draft -> draft.multicastLoop = multicastLoop);
  }

  /** These options with another {@link #multicastInterface}. */
  public DatagramOptions withMulticastInterface(NetworkInterface multicastInterface) {
    return with(draft -> draft.multicastInterface = Optional.of(multicastInterface));
  }

  /** These options with another {@link #receiveBufferBytes}. */
  public DatagramOptions withReceiveBufferBytes(int receiveBufferBytes) {
    return with(draft -> draft.receiveBufferBytes = receiveBufferBytes);
  }

  /** These options with another {@link #sendBufferBytes}. */
  public DatagramOptions withSendBufferBytes(int sendBufferBytes) {
    return with(draft -> draft.sendBufferBytes = sendBufferBytes);
  }

  /** These options with another {@link #datagramBytesMax}. */
  public DatagramOptions withDatagramBytesMax(int datagramBytesMax) {
    return with(draft -> draft.datagramBytesMax = datagramBytesMax);
  }

  private DatagramOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.toOptions();
  }

  /** The same components, one by one to change. */
  private static final class Draft {
    boolean reuseAddress;
    boolean reusePort;
    boolean v6Only;
    boolean broadcast;
    int ttl;
    int multicastTtl;
    boolean multicastLoop;
    Optional<NetworkInterface> multicastInterface;
    int receiveBufferBytes;
    int sendBufferBytes;
    int datagramBytesMax;

    Draft(DatagramOptions from) {
      reuseAddress = from.reuseAddress;
      reusePort = from.reusePort;
      v6Only = from.v6Only;
      broadcast = from.broadcast;
      ttl = from.ttl;
      multicastTtl = from.multicastTtl;
      multicastLoop = from.multicastLoop;
      multicastInterface = from.multicastInterface;
      receiveBufferBytes = from.receiveBufferBytes;
      sendBufferBytes = from.sendBufferBytes;
      datagramBytesMax = from.datagramBytesMax;
    }

    DatagramOptions toOptions() {
      return new DatagramOptions(
          reuseAddress,
          reusePort,
          v6Only,
          broadcast,
          ttl,
          multicastTtl,
          multicastLoop,
          multicastInterface,
          receiveBufferBytes,
          sendBufferBytes,
          datagramBytesMax);
    }
  }
}
