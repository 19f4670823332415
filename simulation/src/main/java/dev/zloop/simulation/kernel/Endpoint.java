package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.AbstractUnixAddress;
import dev.zloop.nativereactor.sys.SocketAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Addresses of the simulated network. Every IP address in it is this machine's. */
public final class Endpoint {
  private static final SocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  private Endpoint() {}

  /** Whether it is the path, or the abstract name, of a Unix socket. */
  public static boolean isUnix(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress || address instanceof AbstractUnixAddress;
  }

  static int port(SocketAddress address) {
    return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }

  /** The unnamed address of a Unix socket. */
  static SocketAddress unnamed() {
    return UNNAMED;
  }

  /** An address with another port. */
  static SocketAddress withPort(SocketAddress address, int port) {
    return new InetSocketAddress(((InetSocketAddress) address).getAddress(), port);
  }

  static SocketAddress decode(long address, int length) {
    return SocketAddresses.decode(address, length);
  }

  /** Where an unbound socket connects from: the address that it connects to, and another port. */
  static SocketAddress localFor(SocketAddress remote, int port) {
    return withPort(reachable(remote), port);
  }

  /** The address behind a wildcard: the loopback one. */
  static SocketAddress reachable(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress()
        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), inet.getPort())
        : address;
  }

  /** Whether a socket that listens on one address is meant by the other. */
  static boolean serves(SocketAddress listening, boolean v6Only, SocketAddress wanted) {
    if (!(listening instanceof InetSocketAddress here)
        || !(wanted instanceof InetSocketAddress there)) {
      return listening.equals(wanted);
    }
    InetAddress ip = here.getAddress();
    boolean sameFamily = ip.getClass() == there.getAddress().getClass();
    return here.getPort() == there.getPort()
        && (ip.equals(there.getAddress())
            || ip.isAnyLocalAddress()
                && (sameFamily || !v6Only && ip instanceof java.net.Inet6Address));
  }
}
