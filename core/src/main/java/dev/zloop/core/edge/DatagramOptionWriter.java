package dev.zloop.core.edge;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET6;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IP;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IPV6;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_MULTICAST_ALL;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_MULTICAST_HOPS;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_MULTICAST_IF;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_MULTICAST_LOOP;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_UNICAST_HOPS;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_V6ONLY;
import static dev.zloop.nativereactor.sys.SocketConstants.IP_MULTICAST_ALL;
import static dev.zloop.nativereactor.sys.SocketConstants.IP_MULTICAST_IF;
import static dev.zloop.nativereactor.sys.SocketConstants.IP_MULTICAST_LOOP;
import static dev.zloop.nativereactor.sys.SocketConstants.IP_MULTICAST_TTL;
import static dev.zloop.nativereactor.sys.SocketConstants.IP_TTL;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_BROADCAST;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_RCVBUF;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_REUSEADDR;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_REUSEPORT;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_SNDBUF;

import dev.zloop.core.DatagramOptions;
import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Native;

/** {@link DatagramOptions} onto a socket that is not bound yet, by setsockopt(2). */
final class DatagramOptionWriter {
  private DatagramOptionWriter() {}

  static void write(DatagramOptions options, RawSocket socket) throws NativeIoException {
    if (options.receiveBufferBytes() > 0) {
      socket.set(SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF", options.receiveBufferBytes());
    }
    if (options.sendBufferBytes() > 0) {
      socket.set(SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF", options.sendBufferBytes());
    }
    if (options.reuseAddress()) {
      socket.set(SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR", 1);
    }
    if (options.reusePort()) {
      socket.set(SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT", 1);
    }
    if (options.broadcast()) {
      socket.set(SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST", 1);
    }
    boolean ipv6 = socket.family() == AF_INET6;
    if (ipv6) {
      // In either case: the default is the system's, net.ipv6.bindv6only.
      socket.set(IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY", asInt(options.v6Only()));
      writeIpv6(options, socket);
    }
    if (!ipv6 || Native.isLinux()) { // whose sockets of IPv6 have the options of both
      writeIpv4(options, socket);
    }
  }

  private static void writeIpv4(DatagramOptions options, RawSocket socket)
      throws NativeIoException {
    if (options.ttl() > 0) {
      socket.set(IPPROTO_IP, IP_TTL, "IP_TTL", options.ttl());
    }
    socket.set(IPPROTO_IP, IP_MULTICAST_TTL, "IP_MULTICAST_TTL", options.multicastTtl());
    int loops = asInt(options.multicastLoop());
    socket.set(IPPROTO_IP, IP_MULTICAST_LOOP, "IP_MULTICAST_LOOP", loops);
    if (options.multicastInterface().isPresent()) {
      int index = options.multicastInterface().get().getIndex();
      socket.setMulticastInterface(IPPROTO_IP, IP_MULTICAST_IF, "IP_MULTICAST_IF", index);
    }
    if (Native.isLinux()) {
      // Else a socket that joined nothing gets what comes for groups that others have joined.
      socket.set(IPPROTO_IP, IP_MULTICAST_ALL, "IP_MULTICAST_ALL", 0);
    }
  }

  private static void writeIpv6(DatagramOptions options, RawSocket socket)
      throws NativeIoException {
    if (options.ttl() > 0) {
      socket.set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, "IPV6_UNICAST_HOPS", options.ttl());
    }
    socket.set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, "IPV6_MULTICAST_HOPS", options.multicastTtl());
    int loops = asInt(options.multicastLoop());
    socket.set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, "IPV6_MULTICAST_LOOP", loops);
    if (options.multicastInterface().isPresent()) {
      int index = options.multicastInterface().get().getIndex();
      socket.set(IPPROTO_IPV6, IPV6_MULTICAST_IF, "IPV6_MULTICAST_IF", index);
    }
    if (Native.isLinux()) {
      socket.set(IPPROTO_IPV6, IPV6_MULTICAST_ALL, "IPV6_MULTICAST_ALL", 0);
    }
  }

  private static int asInt(boolean on) {
    return on ? 1 : 0;
  }
}
