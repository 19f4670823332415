package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.SocketConstants.ABSENT;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_DOMAIN;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_NOSIGPIPE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * {@link Syscalls} of macOS, which has neither accept4(2) nor the flags of socket(2), nor, in its
 * older versions, MSG_NOSIGNAL: each descriptor is given its properties right after it is born. A
 * child process that is started in between inherits it.
 */
public final class DarwinSyscalls extends PosixSyscalls {
  static final int F_SETFD = 2;
  static final int F_SETFL = 4;
  static final int FD_CLOEXEC = 1;
  static final int O_NONBLOCK = Platform.number(00004000, 4, 4);

  /** Where a socket's address is written to learn its family: the length, and the address. */
  private final MemorySegment address = Arena.ofAuto().allocate(8L + SocketAddresses.MAX_LENGTH, 8);

  /** What SO_NOSIGPIPE is set to. */
  private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_INT, 1);

  private DarwinSyscalls() {}

  /**
   * Opens an instance, for one loop.
   *
   * @return the instance
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static DarwinSyscalls open() {
    Native.ensureUsable();
    return new DarwinSyscalls();
  }

  /**
   * The handles, nested and not final: see {@link PosixSyscalls} and {@link Downcalls#withErrno}.
   */
  private static final class Libc {
    static MethodHandle SOCKET =
        Downcalls.withErrno("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    static MethodHandle ACCEPT =
        Downcalls.withErrno("accept", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    /** fcntl(2) with an int for its third argument. */
    static MethodHandle FCNTL =
        Downcalls.variadicWithErrno("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    try {
      int plainType = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
      int fd = errno.check((int) Libc.SOCKET.invokeExact(cell, domain, plainType, protocol));
      return fd < 0 ? fd : complete(fd, type);
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int accept4(int fd, int flags) {
    try {
      int result;
      do {
        result = errno.check((int) Libc.ACCEPT.invokeExact(cell, fd, 0L, 0L));
      } while (result == -Errno.EINTR);
      if (result < 0) {
        return result;
      }
      int accepted = complete(result, flags);
      // Options of a connection that was reset already are refused thus. setsockopt(2)
      return accepted == -Errno.EINVAL ? -Errno.ECONNABORTED : accepted;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int getsockopt(int fd, int level, int name, long value, long valueLength) {
    return level == SOL_SOCKET && name == SO_DOMAIN
        ? domain(fd, value, valueLength)
        : super.getsockopt(fd, level, name, value, valueLength);
  }

  /** Every socket has an address with its family, be it bound or not. */
  private int domain(int fd, long value, long valueLength) {
    long length = address.address();
    long sockaddr = length + 8;
    Memory.putInt(length, SocketAddresses.MAX_LENGTH);
    int result = getsockname(fd, sockaddr, length);
    if (result >= 0) {
      Memory.putInt(value, SocketAddresses.familyAt(sockaddr));
      Memory.putInt(valueLength, Integer.BYTES);
    }
    return result;
  }

  /** The descriptor with all its properties, or -errno, and it is closed. */
  private int complete(int fd, int flags) {
    int result = setFlags(fd, flags);
    if (result < 0) {
      close(fd);
      return result;
    }
    return fd;
  }

  /** Either way: what is accepted has its listener's O_NONBLOCK. */
  private int setFlags(int fd, int flags) {
    int result = fcntl(fd, F_SETFD, (flags & SOCK_CLOEXEC) != 0 ? FD_CLOEXEC : 0);
    if (result >= 0) {
      result = fcntl(fd, F_SETFL, (flags & SOCK_NONBLOCK) != 0 ? O_NONBLOCK : 0);
    }
    if (result >= 0 && SO_NOSIGPIPE != ABSENT) {
      result = setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, one.address(), Integer.BYTES);
    }
    return result;
  }

  /** One message a call: what takes several has no header there. */
  @Override
  public int recvmmsg(int fd, long messages, int count, int flags) {
    return single(recvmsg(fd, messages, flags), messages);
  }

  @Override
  public int sendmmsg(int fd, long messages, int count, int flags) {
    return single(sendmsg(fd, messages, flags), messages);
  }

  private static int single(int result, long message) {
    if (result < 0) {
      return result;
    }
    MMsgHdr.setLength(message, result);
    return 1;
  }

  @Override
  public int sendfile(int outFd, int inFd, long offset, int count) {
    return -Errno.ENOSYS;
  }

  private int fcntl(int fd, int command, int argument) {
    try {
      return errno.check((int) Libc.FCNTL.invokeExact(cell, fd, command, argument));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }
}
