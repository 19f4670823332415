package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What all platforms have of {@link Syscalls}: the C library's functions, called through FFM. Where
 * descriptors come from differs: {@link LinuxSyscalls}, {@link DarwinSyscalls}.
 */
abstract class PosixSyscalls implements Syscalls {
  final ErrnoCell errno = new ErrnoCell();
  final MemorySegment cell = errno.segment;

  /** After {@link Native#ensureUsable()}. */
  PosixSyscalls() {}

  /**
   * The handles; nested, so that native access can be refused before they are made. Those with an
   * errno are not final on purpose: see {@link Downcalls#withErrno}.
   */
  private static final class Libc {
    static MethodHandle BIND = Downcalls.withErrno("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    static MethodHandle LISTEN = Downcalls.withErrno("listen", JAVA_INT, JAVA_INT, JAVA_INT);
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
    static MethodHandle RECVMSG =
        Downcalls.withErrno("recvmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    static MethodHandle PREAD =
        Downcalls.withErrno("pread", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static MethodHandle SHUTDOWN = Downcalls.withErrno("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    static MethodHandle CLOSE = Downcalls.withErrno("close", JAVA_INT, JAVA_INT);
  }

  @Override
  public final int bind(int fd, long address, int addressLength) {
    try {
      return errno.check((int) Libc.BIND.invokeExact(cell, fd, address, addressLength));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public final int listen(int fd, int backlog) {
    try {
      return errno.check((int) Libc.LISTEN.invokeExact(cell, fd, backlog));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public final int connect(int fd, long address, int addressLength) {
    try {
      int result = errno.check((int) Libc.CONNECT.invokeExact(cell, fd, address, addressLength));
      return result == -Errno.EINTR ? -Errno.EINPROGRESS : result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public final int getsockname(int fd, long address, long addressLength) {
    try {
      return errno.check((int) Libc.GETSOCKNAME.invokeExact(cell, fd, address, addressLength));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public final int getpeername(int fd, long address, long addressLength) {
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
  public final int setsockopt(int fd, int level, int name, long value, int valueLength) {
    try {
      return errno.check(
          (int) Libc.SETSOCKOPT.invokeExact(cell, fd, level, name, value, valueLength));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public final int recv(int fd, long buffer, int length, int flags) {
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
  public final int send(int fd, long buffer, int length, int flags) {
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
  public final int sendmsg(int fd, long msghdr, int flags) {
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

  /** recvmsg(2). Bytes, or -errno. EINTR is retried. */
  final int recvmsg(int fd, long msghdr, int flags) {
    try {
      int result;
      do {
        result = errno.check((long) Libc.RECVMSG.invokeExact(cell, fd, msghdr, flags));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public final int pread(int fd, long buffer, int length, long offset) {
    try {
      int result;
      do {
        result =
            errno.check((long) Libc.PREAD.invokeExact(cell, fd, buffer, (long) length, offset));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public final int shutdown(int fd, int how) {
    try {
      return errno.check((int) Libc.SHUTDOWN.invokeExact(cell, fd, how));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public final int close(int fd) {
    try {
      return errno.check((int) Libc.CLOSE.invokeExact(cell, fd));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  /** Nothing is left to free: the collector takes the errno cell. */
  @Override
  public final void close() {}
}
