package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET6;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;

import dev.zloop.nativereactor.AbstractUnixAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/**
 * Socket addresses to and from struct sockaddr_in (ip(7)), sockaddr_in6 (ipv6(7)) and sockaddr_un
 * (unix(7); {@link UnixSocketAddresses}).
 */
public final class SocketAddresses {
  /** Room for every address: the size of struct sockaddr_storage. */
  public static final int MAX_LENGTH = 128;

  static final int IN_PORT = 2;
  static final int IN_ADDRESS = 4;
  static final int IN_SIZE = 16;

  static final int IN6_PORT = 2;
  static final int IN6_FLOWINFO = 4;
  static final int IN6_ADDRESS = 8;
  static final int IN6_SCOPE_ID = 24;
  static final int IN6_SIZE = 28;

  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private SocketAddresses() {}

  /**
   * The family of sockets that an address belongs to by itself.
   *
   * @param address an IP or Unix address
   * @return AF_INET, AF_INET6 or AF_UNIX
   * @throws IllegalArgumentException if it is unresolved, of another kind, or of one that this
   *     kernel does not have
   */
  public static int familyOf(SocketAddress address) {
    return switch (address) {
      case InetSocketAddress inet when inet.getAddress() instanceof Inet4Address -> AF_INET;
      case InetSocketAddress inet when inet.getAddress() instanceof Inet6Address -> AF_INET6;
      case InetSocketAddress inet -> throw new IllegalArgumentException("unresolved: " + inet);
      case UnixDomainSocketAddress unix -> AF_UNIX;
      case AbstractUnixAddress name -> UnixSocketAddresses.familyOfNames(name);
      default -> throw new IllegalArgumentException("neither IP nor Unix: " + address);
    };
  }

  /**
   * Encodes an address for a socket of its own family.
   *
   * @param address an IP or Unix address
   * @param into address of {@link #MAX_LENGTH} bytes
   * @return the length of the sockaddr in bytes
   * @throws IllegalArgumentException if it is unresolved, of another kind, or a path too long
   */
  public static int encode(SocketAddress address, long into) {
    return encode(address, familyOf(address), into);
  }

  /**
   * Encodes an address for a socket of a given family: on an AF_INET6 socket an IPv4 address
   * becomes the mapped one, ::ffff:a.b.c.d.
   *
   * <p>A Unix path without characters becomes the unnamed address: bind(2) makes an abstract name
   * of it on Linux, and refuses it elsewhere (EINVAL), as connect(2) does everywhere. A path that
   * begins with "@" is a file like any other.
   *
   * @param address an IP or Unix address
   * @param family AF_INET, AF_INET6 or AF_UNIX
   * @param into address of {@link #MAX_LENGTH} bytes
   * @return the length of the sockaddr in bytes
   * @throws IllegalArgumentException if the address is unresolved, a path too long, or does not fit
   *     the family
   */
  public static int encode(SocketAddress address, int family, long into) {
    int own = familyOf(address);
    if (own != family && !(own == AF_INET && family == AF_INET6)) {
      throw new IllegalArgumentException(
          "not an address for sockets of family " + family + ": " + address);
    }
    if (address instanceof UnixDomainSocketAddress unix) {
      return UnixSocketAddresses.encode(unix, into);
    }
    if (address instanceof AbstractUnixAddress name) {
      return UnixSocketAddresses.encode(name, into);
    }
    InetSocketAddress inet = (InetSocketAddress) address;
    return family == AF_INET ? encodeInet(inet, into) : encodeInet6(inet, into);
  }

  /**
   * The family of what the kernel wrote.
   *
   * @param from address of a sockaddr
   * @return AF_INET, AF_INET6, AF_UNIX or another
   */
  static int familyAt(long from) {
    return SockaddrHead.CURRENT.family(from);
  }

  /**
   * Decodes what the kernel wrote. A mapped IPv4 address becomes an IPv4 address; an unnamed Unix
   * address the empty path.
   *
   * @param from address of a sockaddr
   * @param length in bytes, as the kernel reported it
   * @return an InetSocketAddress (resolved, no name looked up), a UnixDomainSocketAddress or an
   *     AbstractUnixAddress
   * @throws IllegalArgumentException if it is of none of the three families, or cut short
   */
  public static SocketAddress decode(long from, int length) {
    if (length == 0) {
      return UnixSocketAddresses.UNNAMED;
    }
    int family = length >= SockaddrHead.SIZE ? SockaddrHead.CURRENT.family(from) : -1;
    if (family == AF_INET && length >= IN_SIZE) {
      return new InetSocketAddress(address(from + IN_ADDRESS, IPV4_BYTES, 0), port(from + IN_PORT));
    }
    if (family == AF_INET6 && length >= IN6_SIZE) {
      return new InetSocketAddress(
          address(from + IN6_ADDRESS, IPV6_BYTES, Memory.getInt(from + IN6_SCOPE_ID)),
          port(from + IN6_PORT));
    }
    if (family == AF_UNIX) {
      return UnixSocketAddresses.decode(from, length);
    }
    throw new IllegalArgumentException(
        "no socket address: family " + family + ", length " + length);
  }

  private static int encodeInet(InetSocketAddress address, long into) {
    Memory.zero(into, IN_SIZE);
    SockaddrHead.CURRENT.put(into, AF_INET, IN_SIZE);
    putPort(into + IN_PORT, address.getPort());
    Memory.copyIn(address.getAddress().getAddress(), 0, IPV4_BYTES, into + IN_ADDRESS);
    return IN_SIZE;
  }

  private static int encodeInet6(InetSocketAddress address, long into) {
    Memory.zero(into, IN6_SIZE);
    SockaddrHead.CURRENT.put(into, AF_INET6, IN6_SIZE);
    putPort(into + IN6_PORT, address.getPort());
    if (address.getAddress() instanceof Inet6Address v6) {
      Memory.copyIn(v6.getAddress(), 0, IPV6_BYTES, into + IN6_ADDRESS);
      Memory.putInt(into + IN6_SCOPE_ID, v6.getScopeId());
    } else {
      // RFC 4291, 2.5.5.2: ten bytes of zeros, two of ones, the IPv4 address.
      Memory.putShort(into + IN6_ADDRESS + 10, (short) 0xFFFF);
      Memory.copyIn(address.getAddress().getAddress(), 0, IPV4_BYTES, into + IN6_ADDRESS + 12);
    }
    return IN6_SIZE;
  }

  /** Network order is big-endian, whatever the machine's is. */
  private static void putPort(long into, int port) {
    Memory.putByte(into, (byte) (port >>> 8));
    Memory.putByte(into + 1, (byte) port);
  }

  private static int port(long from) {
    return (Memory.getByte(from) & 0xFF) << 8 | Memory.getByte(from + 1) & 0xFF;
  }

  private static InetAddress address(long from, int length, int scopeId) {
    byte[] bytes = new byte[length];
    Memory.copyOut(from, bytes, 0, length);
    try {
      // This makes an Inet4Address of a mapped one; Inet6Address.getByAddress would not.
      InetAddress address = InetAddress.getByAddress(bytes);
      return scopeId != 0 && address instanceof Inet6Address
          ? Inet6Address.getByAddress(null, bytes, scopeId)
          : address;
    } catch (UnknownHostException e) {
      throw new AssertionError("thrown only for a wrong length: " + length, e);
    }
  }
}
