package dev.zloop.nativereactor.sys;

import java.net.InetSocketAddress;

/**
 * struct group_req: a multicast group, and the interface to join it on. The value of
 * MCAST_JOIN_GROUP and MCAST_LEAVE_GROUP, which are the same for IPv4 and IPv6 (RFC 3678, 5.1).
 */
public final class GroupRequest {
  /** Bytes of one. macOS packs it. */
  public static final int SIZE = Platform.number(136, 132, 136);

  static final int INTERFACE = 0;
  static final int GROUP = Platform.number(8, 4, 8);

  private GroupRequest() {}

  /**
   * Fills one in.
   *
   * @param address of the struct
   * @param interfaceIndex of the interface, or 0 for the one that the route to the group takes
   * @param group the group's address, whose port does not matter
   */
  public static void set(long address, int interfaceIndex, InetSocketAddress group) {
    Memory.zero(address, SIZE);
    Memory.putInt(address + INTERFACE, interfaceIndex);
    SocketAddresses.encode(group, address + GROUP);
  }
}
