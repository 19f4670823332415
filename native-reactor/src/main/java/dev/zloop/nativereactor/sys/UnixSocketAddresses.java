package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.Platform.Kernel.LINUX;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;

import dev.zloop.nativereactor.AbstractUnixAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Arrays;

/**
 * struct sockaddr_un, unix(7). Its length tells three kinds apart: nothing behind the family is an
 * unnamed socket, a NUL there begins an abstract name, anything else is a path up to its NUL. There
 * are abstract names on Linux only: elsewhere a NUL there is an unnamed socket as well.
 */
final class UnixSocketAddresses {
  static final int PATH = SockaddrHead.SIZE;
  static final int SIZE = PATH + SockaddrHead.CURRENT.pathRoom;

  /** One less than the room, for the NUL. */
  static final int PATH_BYTES_MAX = SIZE - PATH - 1;

  static final UnixDomainSocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  /** What the default file system makes of the bytes of a path. */
  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

  private static final boolean ABSTRACT_NAMES = Platform.current().kernel() == LINUX;

  private UnixSocketAddresses() {}

  static int encode(UnixDomainSocketAddress address, long into) {
    byte[] path = address.getPath().toString().getBytes(FILE_NAMES);
    if (path.length > PATH_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a Unix socket's path may have %d bytes, this one has %d: %s"
              .formatted(PATH_BYTES_MAX, path.length, address));
    }
    int length = path.length == 0 ? PATH : PATH + path.length + 1;
    SockaddrHead.CURRENT.put(into, AF_UNIX, length);
    if (path.length == 0) {
      return length;
    }
    Memory.copyIn(path, 0, path.length, into + PATH);
    Memory.putByte(into + PATH + path.length, (byte) 0);
    return length;
  }

  /**
   * AF_UNIX.
   *
   * @throws IllegalArgumentException if this kernel has no abstract names
   */
  static int familyOfNames(AbstractUnixAddress name) {
    if (!ABSTRACT_NAMES) {
      throw new IllegalArgumentException(
          "abstract names of Unix sockets are Linux's alone, expected a path: " + name);
    }
    return AF_UNIX;
  }

  /** NUL and the name, whose end is the length's to say. */
  static int encode(AbstractUnixAddress address, long into) {
    byte[] name = address.name();
    int length = PATH + 1 + name.length;
    SockaddrHead.CURRENT.put(into, AF_UNIX, length);
    Memory.putByte(into + PATH, (byte) 0);
    Memory.copyIn(name, 0, name.length, into + PATH + 1);
    return length;
  }

  static SocketAddress decode(long from, int length) {
    byte[] name = new byte[Math.min(length, SIZE) - PATH];
    Memory.copyOut(from + PATH, name, 0, name.length);
    if (name.length == 0) {
      return UNNAMED;
    }
    return ABSTRACT_NAMES && name[0] == 0 ? abstractName(name) : of(path(name));
  }

  /** Of NUL alone there is no {@link AbstractUnixAddress}, nor much use. */
  private static SocketAddress abstractName(byte[] name) {
    return name.length == 1
        ? UNNAMED
        : AbstractUnixAddress.of(Arrays.copyOfRange(name, 1, name.length));
  }

  private static byte[] path(byte[] name) {
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return Arrays.copyOf(name, length);
  }

  /**
   * The peer chose the bytes: they need not be characters. Then "?" stands for what is not ASCII.
   */
  private static UnixDomainSocketAddress of(byte[] name) {
    try {
      return UnixDomainSocketAddress.of(new String(name, FILE_NAMES));
    } catch (InvalidPathException e) {
      String ascii = new String(name, StandardCharsets.US_ASCII);
      return UnixDomainSocketAddress.of(ascii.replace('\uFFFD', '?'));
    }
  }
}
