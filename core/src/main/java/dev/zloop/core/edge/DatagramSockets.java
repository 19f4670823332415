package dev.zloop.core.edge;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IP;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IPV6;
import static dev.zloop.nativereactor.sys.SocketConstants.MCAST_JOIN_GROUP;
import static dev.zloop.nativereactor.sys.SocketConstants.MCAST_LEAVE_GROUP;

import dev.zloop.core.DatagramOptions;
import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.DatagramHandler;
import dev.zloop.core.transport.DatagramSettings;
import dev.zloop.core.transport.Datagrams;
import dev.zloop.nativereactor.sys.SocketAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Opens UDP sockets, and what is done with them besides sending. On the loop's thread. */
public final class DatagramSockets {
  private DatagramSockets() {}

  /**
   * Binds a socket: it receives from everybody, and sends to anybody.
   *
   * @param address an IP address; port 0 stands for any free one
   * @param handlers makes the handler, which may use the datagrams once this call has returned
   * @throws NativeIoException if the kernel refuses: {@code bind(127.0.0.1:53): EACCES ..}, and
   *     what to try. Nothing is left open then
   * @throws IllegalArgumentException if the address is no IP address, or not resolved
   */
  public static Datagrams bind(
      EventLoop loop,
      SocketAddress address,
      DatagramOptions options,
      Function<Datagrams, DatagramHandler> handlers)
      throws NativeIoException {
    assert loop.inLoop();
    requireIp(address);
    RawSocket socket = RawSocket.openDatagram(loop, address);
    return opened(
        socket,
        options,
        address,
        handlers,
        () -> {
          socket.bind(address);
        });
  }

  /**
   * Connects a socket: it sends to its one peer, which need not be there, and receives from nobody
   * else; and hears when the network says that the peer is not there.
   *
   * @param remote an IP address
   * @param local where from, or empty for the kernel's choice
   * @param handlers makes the handler, which may use the datagrams once this call has returned
   * @throws NativeIoException if the kernel refuses, as when there is no route
   * @throws IllegalArgumentException if an address is no IP address, or not resolved
   */
  public static Datagrams connect(
      EventLoop loop,
      SocketAddress remote,
      Optional<? extends SocketAddress> local,
      DatagramOptions options,
      Function<Datagrams, DatagramHandler> handlers)
      throws NativeIoException {
    assert loop.inLoop();
    requireIp(remote);
    local.ifPresent(DatagramSockets::requireIp);
    SocketAddress own = local.isPresent() ? local.get() : remote;
    RawSocket socket = RawSocket.openDatagram(loop, own);
    return opened(
        socket,
        options,
        own,
        handlers,
        () -> {
          if (local.isPresent()) {
            socket.bind(local.get());
          }
          socket.connectDatagram(remote);
        });
  }

  private interface Naming {
    void run() throws NativeIoException;
  }

  private static Datagrams opened(
      RawSocket socket,
      DatagramOptions options,
      SocketAddress own,
      Function<Datagrams, DatagramHandler> handlers,
      Naming naming)
      throws NativeIoException {
    try {
      DatagramOptionWriter.write(options, socket);
      naming.run();
      DatagramSettings settings =
          new DatagramSettings(SocketAddresses.familyOf(own), options.datagramBytesMax());
      return Datagrams.open(socket.loop(), socket.fd(), settings, handlers);
    } catch (Throwable error) {
      socket.close();
      throw error;
    }
  }

  private static void requireIp(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("no IP address, which UDP needs: " + address);
    }
    if (inet.isUnresolved()) {
      throw new IllegalArgumentException("unresolved: " + address);
    }
  }

  /**
   * Joins a multicast group: the socket also receives what is sent to the group and the socket's
   * port. It has to be bound to the wildcard address, or to the group's own.
   *
   * @param on the interface, or empty for the one that the route to the group takes
   * @throws NativeIoException if the kernel refuses: EADDRINUSE if it is a member already, ENODEV
   *     if no route says which interface
   * @throws IllegalArgumentException if the address is none of a group, or of IPv6 and the socket
   *     of IPv4
   */
  public static void join(Datagrams datagrams, InetAddress group, Optional<NetworkInterface> on)
      throws NativeIoException {
    setMembership(datagrams, MCAST_JOIN_GROUP, "MCAST_JOIN_GROUP", group, on);
  }

  /**
   * Leaves a multicast group, as it was joined.
   *
   * @throws NativeIoException EADDRNOTAVAIL if it is no member, on that interface
   */
  public static void leave(Datagrams datagrams, InetAddress group, Optional<NetworkInterface> on)
      throws NativeIoException {
    setMembership(datagrams, MCAST_LEAVE_GROUP, "MCAST_LEAVE_GROUP", group, on);
  }

  private static void setMembership(
      Datagrams datagrams,
      int option,
      String optionName,
      InetAddress group,
      Optional<NetworkInterface> on)
      throws NativeIoException {
    Objects.requireNonNull(group, "group");
    if (!group.isMulticastAddress()) {
      throw new IllegalArgumentException(
          group + " is no multicast group, expected 224.0.0.0 to 239.255.255.255, or ff00::/8");
    }
    EventLoop loop = datagrams.loop();
    assert loop.inLoop();
    RawSocket socket = new RawSocket(loop, datagrams.fd());
    boolean ipv4 = group instanceof Inet4Address;
    if (!ipv4 && socket.family() == AF_INET) {
      throw new IllegalArgumentException(
          "the group " + group + " is one of IPv6, and the socket is bound to an IPv4 address");
    }
    int level = ipv4 ? IPPROTO_IP : IPPROTO_IPV6;
    int index = on.map(NetworkInterface::getIndex).orElse(0);
    socket.setGroup(level, option, optionName + " " + group.getHostAddress(), index, group);
  }

  /** The address of this end, with the port that the kernel chose; null if there is none. */
  public static InetSocketAddress localAddress(Datagrams datagrams) {
    return (InetSocketAddress) Sockets.localAddress(datagrams.loop(), datagrams.fd());
  }
}
