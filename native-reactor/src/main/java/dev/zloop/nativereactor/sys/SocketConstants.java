package dev.zloop.nativereactor.sys;

/**
 * The numbers of socket(2) and its relatives, under their own names. No compile-time constants,
 * since they differ between platforms: {@code if}, not {@code case}.
 */
public final class SocketConstants {

  // Families: the first argument of socket(2), the first field of a sockaddr.

  /** No family in particular. */
  public static final int AF_UNSPEC = Platform.number(0);

  /** unix(7). */
  public static final int AF_UNIX = Platform.number(1);

  /** ip(7). */
  public static final int AF_INET = Platform.number(2);

  /** ipv6(7). */
  public static final int AF_INET6 = Platform.number(10);

  // Types of sockets, and the two flags that go with them.

  /** A stream of bytes. */
  public static final int SOCK_STREAM = Platform.number(1);

  /** Datagrams. */
  public static final int SOCK_DGRAM = Platform.number(2);

  /** Non-blocking from birth. */
  public static final int SOCK_NONBLOCK = Platform.number(00004000);

  /** Close-on-exec from birth. */
  public static final int SOCK_CLOEXEC = Platform.number(02000000);

  // Levels of getsockopt(2) and setsockopt(2), which are also protocols.

  /** socket(7). */
  public static final int SOL_SOCKET = Platform.number(1);

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
  public static final int SO_REUSEADDR = Platform.number(2);

  /** The socket's type, to read. */
  public static final int SO_TYPE = Platform.number(3);

  /** The pending errno, cleared by reading it. */
  public static final int SO_ERROR = Platform.number(4);

  /** Datagrams to broadcast addresses. */
  public static final int SO_BROADCAST = Platform.number(6);

  /** The kernel's send buffer in bytes; it doubles what it is given. */
  public static final int SO_SNDBUF = Platform.number(7);

  /** The kernel's receive buffer in bytes; it doubles what it is given. */
  public static final int SO_RCVBUF = Platform.number(8);

  /** Probe idle connections. */
  public static final int SO_KEEPALIVE = Platform.number(9);

  /** A {@link Linger}: what close does with unsent bytes. */
  public static final int SO_LINGER = Platform.number(13);

  /** Several sockets share a port and its load. */
  public static final int SO_REUSEPORT = Platform.number(15);

  /** Whether the socket listens, to read. */
  public static final int SO_ACCEPTCONN = Platform.number(30);

  /** The socket's family, to read. */
  public static final int SO_DOMAIN = Platform.number(39);

  // Options of IPPROTO_TCP: ints.

  /** Send small segments at once. */
  public static final int TCP_NODELAY = Platform.number(1);

  /** Send full segments only. */
  public static final int TCP_CORK = Platform.number(3);

  /** Seconds idle before the first probe. */
  public static final int TCP_KEEPIDLE = Platform.number(4);

  /** Seconds between probes. */
  public static final int TCP_KEEPINTVL = Platform.number(5);

  /** Unanswered probes before the connection is given up. */
  public static final int TCP_KEEPCNT = Platform.number(6);

  /** Acknowledge at once, for now. */
  public static final int TCP_QUICKACK = Platform.number(12);

  /** Milliseconds that sent bytes may stay unacknowledged. */
  public static final int TCP_USER_TIMEOUT = Platform.number(18);

  /** Fast open requests that may wait. */
  public static final int TCP_FASTOPEN = Platform.number(23);

  // Options of IPPROTO_IPV6: ints.

  /** Take no IPv4 as mapped addresses. */
  public static final int IPV6_V6ONLY = Platform.number(26);

  // Flags of recv(2) and send(2).

  /** Leave in the kernel what is read. */
  public static final int MSG_PEEK = Platform.number(2);

  /** Report a datagram's whole length. */
  public static final int MSG_TRUNC = Platform.number(0x20);

  /** Do not block this once. */
  public static final int MSG_DONTWAIT = Platform.number(0x40);

  /** -EPIPE without SIGPIPE. */
  public static final int MSG_NOSIGNAL = Platform.number(0x4000);

  /** More is coming: the segment may wait. */
  public static final int MSG_MORE = Platform.number(0x8000);

  // How to shutdown(2).

  /** The reading side. */
  public static final int SHUT_RD = Platform.number(0);

  /** The writing side: the peer reads an end of stream. */
  public static final int SHUT_WR = Platform.number(1);

  /** Both sides. */
  public static final int SHUT_RDWR = Platform.number(2);

  // The backlog of listen(2).

  /** The usual cap of the kernel: net.core.somaxconn has the actual one. */
  public static final int SOMAXCONN = Platform.number(4096);

  private SocketConstants() {}
}
