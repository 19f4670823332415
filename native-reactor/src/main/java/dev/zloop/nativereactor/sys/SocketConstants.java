package dev.zloop.nativereactor.sys;

/**
 * The numbers of socket(2) and its relatives, under their own names: of Linux, macOS and FreeBSD,
 * where they differ. No compile-time constants, for that reason: {@code if}, not {@code case}.
 *
 * <p>An option that a system lacks is one that {@link Syscalls#setsockopt} refuses with
 * -ENOPROTOOPT; a flag of send(2) that it lacks is 0.
 */
public final class SocketConstants {
  /** The number of an option that a system lacks. */
  static final int ABSENT = -1;

  // Families: the first argument of socket(2), the first field of a sockaddr.

  /** No family in particular. */
  public static final int AF_UNSPEC = Platform.number(0);

  /** unix(7). */
  public static final int AF_UNIX = Platform.number(1);

  /** ip(7). */
  public static final int AF_INET = Platform.number(2);

  /** ipv6(7). */
  public static final int AF_INET6 = Platform.number(10, 30, 28);

  // Types of sockets, and the two flags that go with them.

  /** A stream of bytes. */
  public static final int SOCK_STREAM = Platform.number(1);

  /** Datagrams. */
  public static final int SOCK_DGRAM = Platform.number(2);

  /** Non-blocking from birth. macOS has no such flag: {@link DarwinSyscalls} carries it out. */
  public static final int SOCK_NONBLOCK = Platform.number(00004000, 0x20000000, 0x20000000);

  /** Close-on-exec from birth. Likewise. */
  public static final int SOCK_CLOEXEC = Platform.number(02000000, 0x10000000, 0x10000000);

  // Levels of getsockopt(2) and setsockopt(2), which are also protocols.

  /** socket(7). */
  public static final int SOL_SOCKET = Platform.number(1, 0xffff, 0xffff);

  /** ip(7). */
  public static final int IPPROTO_IP = Platform.number(0);

  /** tcp(7). */
  public static final int IPPROTO_TCP = Platform.number(6);

  /** udp(7). */
  public static final int IPPROTO_UDP = Platform.number(17);

  /** ipv6(7). */
  public static final int IPPROTO_IPV6 = Platform.number(41);

  // Options of SOL_SOCKET: ints, where nothing else is said.

  /** Bind although old connections linger in TIME_WAIT. */
  public static final int SO_REUSEADDR = Platform.number(2, 4, 4);

  /** The socket's type, to read. */
  public static final int SO_TYPE = Platform.number(3, 0x1008, 0x1008);

  /** The pending errno, cleared by reading it. */
  public static final int SO_ERROR = Platform.number(4, 0x1007, 0x1007);

  /** Datagrams to broadcast addresses. */
  public static final int SO_BROADCAST = Platform.number(6, 0x20, 0x20);

  /** The kernel's send buffer in bytes; it doubles what it is given. */
  public static final int SO_SNDBUF = Platform.number(7, 0x1001, 0x1001);

  /** The kernel's receive buffer in bytes; it doubles what it is given. */
  public static final int SO_RCVBUF = Platform.number(8, 0x1002, 0x1002);

  /** Probe idle connections. */
  public static final int SO_KEEPALIVE = Platform.number(9, 8, 8);

  /**
   * A {@link Linger}: what close does with unsent bytes. macOS counts seconds under this number,
   * SO_LINGER_SEC, and clock ticks under SO_LINGER's own.
   */
  public static final int SO_LINGER = Platform.number(13, 0x1080, 0x80);

  /**
   * Several sockets share a port and its load: FreeBSD's SO_REUSEPORT_LB. On macOS they share the
   * port, and one of them has all the load.
   */
  public static final int SO_REUSEPORT = Platform.number(15, 0x200, 0x10000);

  /** Whether the socket listens, to read. */
  public static final int SO_ACCEPTCONN = Platform.number(30, 2, 2);

  /**
   * The socket's family, to read. macOS has no such option: {@link DarwinSyscalls} carries it out.
   */
  public static final int SO_DOMAIN = Platform.number(39, 0x1019, 0x1019);

  /** {@link SocketMemory}, to read. */
  public static final int SO_MEMINFO = Platform.number(55, ABSENT, ABSENT);

  /** -EPIPE without SIGPIPE, for all that is sent. */
  static final int SO_NOSIGPIPE = Platform.number(ABSENT, 0x1022, 0x800);

  // Options of IPPROTO_TCP: ints.

  /** Send small segments at once. */
  public static final int TCP_NODELAY = Platform.number(1);

  /** Send full segments only: TCP_NOPUSH outside of Linux. */
  public static final int TCP_CORK = Platform.number(3, 4, 4);

  /** Seconds idle before the first probe: TCP_KEEPALIVE on macOS. */
  public static final int TCP_KEEPIDLE = Platform.number(4, 0x10, 256);

  /** Seconds between probes. */
  public static final int TCP_KEEPINTVL = Platform.number(5, 0x101, 512);

  /** Unanswered probes before the connection is given up. */
  public static final int TCP_KEEPCNT = Platform.number(6, 0x102, 1024);

  /** Acknowledge at once, for now. */
  public static final int TCP_QUICKACK = Platform.number(12, ABSENT, ABSENT);

  /** Milliseconds that sent bytes may stay unacknowledged. */
  public static final int TCP_USER_TIMEOUT = Platform.number(18, ABSENT, ABSENT);

  /** Fast open requests that may wait. */
  public static final int TCP_FASTOPEN = Platform.number(23, 0x105, 1025);

  // Options of IPPROTO_IP: ints, where nothing else is said.

  /** Routers that a packet may pass, to one receiver. */
  public static final int IP_TTL = Platform.number(2, 4, 4);

  /** A {@link MulticastInterface}: by which way packets to groups leave. */
  public static final int IP_MULTICAST_IF = Platform.number(32, 9, 9);

  /** Routers that a packet to a group may pass. */
  public static final int IP_MULTICAST_TTL = Platform.number(33, 10, 10);

  /** Whether what is sent to a group also comes to its members on this machine. */
  public static final int IP_MULTICAST_LOOP = Platform.number(34, 11, 11);

  /** Whether packets come in for groups that only other sockets of the machine have joined. */
  public static final int IP_MULTICAST_ALL = Platform.number(49, ABSENT, ABSENT);

  // Options of both IPPROTO_IP and IPPROTO_IPV6: a GroupRequest.

  /** Join a multicast group. */
  public static final int MCAST_JOIN_GROUP = Platform.number(42, 80, 80);

  /** Leave it. */
  public static final int MCAST_LEAVE_GROUP = Platform.number(45, 81, 81);

  // Options of IPPROTO_IPV6: ints.

  /** As IP_TTL. */
  public static final int IPV6_UNICAST_HOPS = Platform.number(16, 4, 4);

  /** As IP_MULTICAST_IF: the index of an interface. */
  public static final int IPV6_MULTICAST_IF = Platform.number(17, 9, 9);

  /** As IP_MULTICAST_TTL. */
  public static final int IPV6_MULTICAST_HOPS = Platform.number(18, 10, 10);

  /** As IP_MULTICAST_LOOP. */
  public static final int IPV6_MULTICAST_LOOP = Platform.number(19, 11, 11);

  /** Take no IPv4 as mapped addresses. */
  public static final int IPV6_V6ONLY = Platform.number(26, 27, 27);

  /** As IP_MULTICAST_ALL. */
  public static final int IPV6_MULTICAST_ALL = Platform.number(29, ABSENT, ABSENT);

  // Flags of recv(2) and send(2).

  /** Leave in the kernel what is read. */
  public static final int MSG_PEEK = Platform.number(2);

  /** Report a datagram's whole length. */
  public static final int MSG_TRUNC = Platform.number(0x20, 0x10, 0x10);

  /** Do not block this once. */
  public static final int MSG_DONTWAIT = Platform.number(0x40, 0x80, 0x80);

  /** -EPIPE without SIGPIPE. On macOS {@link DarwinSyscalls} sees to that for every socket. */
  public static final int MSG_NOSIGNAL = Platform.number(0x4000, 0, 0x20000);

  /** More is coming: the segment may wait. */
  public static final int MSG_MORE = Platform.number(0x8000, 0, 0);

  // How to shutdown(2).

  /** The reading side. */
  public static final int SHUT_RD = Platform.number(0);

  /** The writing side: the peer reads an end of stream. */
  public static final int SHUT_WR = Platform.number(1);

  /** Both sides. */
  public static final int SHUT_RDWR = Platform.number(2);

  // The backlog of listen(2).

  /** The usual cap of the kernel: net.core.somaxconn has the actual one. */
  public static final int SOMAXCONN = Platform.number(4096, 128, 128);

  private SocketConstants() {}
}
