package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@link Syscalls} of Linux, and of FreeBSD, whose descriptors are born in the same way. */
public final class LinuxSyscalls extends PosixSyscalls {
  /** FreeBSD's sendfile(2) has other arguments. */
  private static final boolean HAS_SENDFILE = Native.isLinux();

  /** The offset that sendfile(2) takes by its address; it moves what is there. */
  private final MemorySegment offsetCell = Arena.ofAuto().allocate(JAVA_LONG);

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
   * The handles, nested and not final: see {@link PosixSyscalls} and {@link Downcalls#withErrno}.
   */
  private static final class Libc {
    static MethodHandle SOCKET =
        Downcalls.withErrno("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    static MethodHandle ACCEPT4 =
        Downcalls.withErrno("accept4", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static MethodHandle SENDFILE =
        Downcalls.withErrno("sendfile", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    /** The count is an int on Linux and a size_t on FreeBSD, the result an int and a ssize_t. */
    static MethodHandle RECVMMSG =
        Downcalls.withErrno(
            "recvmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);

    static MethodHandle SENDMMSG =
        Downcalls.withErrno("sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
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
  public int recvmmsg(int fd, long messages, int count, int flags) {
    try {
      int result;
      do {
        result =
            errno.check(
                (int) Libc.RECVMMSG.invokeExact(cell, fd, messages, (long) count, flags, 0L));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int sendmmsg(int fd, long messages, int count, int flags) {
    try {
      int result;
      do {
        result =
            errno.check((int) Libc.SENDMMSG.invokeExact(cell, fd, messages, (long) count, flags));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int sendfile(int outFd, int inFd, long offset, int count) {
    if (!HAS_SENDFILE) {
      return -Errno.ENOSYS;
    }
    try {
      long at = offsetCell.address();
      int result;
      do {
        Memory.putLong(at, offset);
        result = errno.check((long) Libc.SENDFILE.invokeExact(cell, outFd, inFd, at, (long) count));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }
}
