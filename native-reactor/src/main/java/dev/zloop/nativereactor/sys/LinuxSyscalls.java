package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/** {@link Syscalls} of Linux, and of FreeBSD, whose descriptors are born in the same way. */
public final class LinuxSyscalls extends PosixSyscalls {
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
}
