package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@link Syscalls} of Linux, on both processors: the C library's functions, called through FFM. */
public final class LinuxSyscalls implements Syscalls {
  private final ErrnoCell errno = new ErrnoCell();
  private final MemorySegment cell = errno.segment;

  private LinuxSyscalls() {}

  /**
   * Opens an instance, for one loop.
   *
   * @return the instance
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static LinuxSyscalls open() {
    Native.ensureUsable();
    return new LinuxSyscalls();
  }

  /**
   * The handles; nested, so that {@link #open} can refuse before they are made. Those with an errno
   * are not final on purpose: see {@link Downcalls#withErrno}.
   */
  private static final class Libc {
    static MethodHandle SOCKET =
        Downcalls.withErrno("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    static MethodHandle BIND = Downcalls.withErrno("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    static MethodHandle LISTEN = Downcalls.withErrno("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    static MethodHandle ACCEPT4 =
        Downcalls.withErrno("accept4", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static MethodHandle CONNECT =
        Downcalls.withErrno("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    static MethodHandle GETSOCKNAME =
        Downcalls.withErrno("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static MethodHandle GETPEERNAME =
        Downcalls.withErrno("getpeername", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static MethodHandle GETSOCKOPT =
        Downcalls.withErrno(
            "getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static MethodHandle SETSOCKOPT =
        Downcalls.withErrno(
            "setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    static MethodHandle RECV =
        Downcalls.withErrno("recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static MethodHandle SEND =
        Downcalls.withErrno("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static MethodHandle SENDMSG =
        Downcalls.withErrno("sendmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    static MethodHandle SHUTDOWN = Downcalls.withErrno("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    static MethodHandle CLOSE = Downcalls.withErrno("close", JAVA_INT, JAVA_INT);
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    try {
      return errno.check((int) Libc.SOCKET.invokeExact(cell, domain, type, protocol));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int bind(int fd, long address, int addressLength) {
    try {
      return errno.check((int) Libc.BIND.invokeExact(cell, fd, address, addressLength));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int listen(int fd, int backlog) {
    try {
      return errno.check((int) Libc.LISTEN.invokeExact(cell, fd, backlog));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int accept4(int fd, int flags) {
    try {
      int result;
      do {
        result = errno.check((int) Libc.ACCEPT4.invokeExact(cell, fd, 0L, 0L, flags));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int connect(int fd, long address, int addressLength) {
    try {
      int result = errno.check((int) Libc.CONNECT.invokeExact(cell, fd, address, addressLength));
      return result == -Errno.EINTR ? -Errno.EINPROGRESS : result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int getsockname(int fd, long address, long addressLength) {
    try {
      return errno.check((int) Libc.GETSOCKNAME.invokeExact(cell, fd, address, addressLength));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int getpeername(int fd, long address, long addressLength) {
    try {
      return errno.check((int) Libc.GETPEERNAME.invokeExact(cell, fd, address, addressLength));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int getsockopt(int fd, int level, int name, long value, long valueLength) {
    try {
      return errno.check(
          (int) Libc.GETSOCKOPT.invokeExact(cell, fd, level, name, value, valueLength));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int setsockopt(int fd, int level, int name, long value, int valueLength) {
    try {
      return errno.check(
          (int) Libc.SETSOCKOPT.invokeExact(cell, fd, level, name, value, valueLength));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int recv(int fd, long buffer, int length, int flags) {
    try {
      int result;
      do {
        result = errno.check((long) Libc.RECV.invokeExact(cell, fd, buffer, (long) length, flags));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int send(int fd, long buffer, int length, int flags) {
    try {
      int result;
      do {
        result = errno.check((long) Libc.SEND.invokeExact(cell, fd, buffer, (long) length, flags));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int sendmsg(int fd, long msghdr, int flags) {
    try {
      int result;
      do {
        result = errno.check((long) Libc.SENDMSG.invokeExact(cell, fd, msghdr, flags));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int shutdown(int fd, int how) {
    try {
      return errno.check((int) Libc.SHUTDOWN.invokeExact(cell, fd, how));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int close(int fd) {
    try {
      return errno.check((int) Libc.CLOSE.invokeExact(cell, fd));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  /** Nothing is left to free: the collector takes the errno cell. */
  @Override
  public void close() {}
}
