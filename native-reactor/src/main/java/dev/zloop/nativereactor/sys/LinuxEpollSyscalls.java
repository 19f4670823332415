package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/** {@link EpollSyscalls} of Linux: the C library's functions, called through FFM. */
public final class LinuxEpollSyscalls extends LinuxEventfdSyscalls implements EpollSyscalls {
  /** From asm-generic/unistd.h; x86-64 and aarch64 share the numbers of calls younger than 5.0. */
  static final long SYS_EPOLL_PWAIT2 = 441;

  private LinuxEpollSyscalls() {}

  /**
   * Opens an instance, for one poller.
   *
   * @return the instance
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static LinuxEpollSyscalls open() {
    Native.ensureUsable();
    return new LinuxEpollSyscalls();
  }

  /**
   * The handles; nested, so that {@link #open} can refuse before they are made. Those with an errno
   * are not final on purpose: see {@link Downcalls#withErrno}.
   */
  private static final class Libc {
    static MethodHandle EPOLL_CREATE1 = Downcalls.withErrno("epoll_create1", JAVA_INT, JAVA_INT);
    static MethodHandle EPOLL_CTL =
        Downcalls.withErrno("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    static MethodHandle EPOLL_WAIT =
        Downcalls.withErrno("epoll_wait", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);

    /** By number: glibc has it since 2.35 only. */
    static MethodHandle EPOLL_PWAIT2 =
        Downcalls.syscall(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  }

  @Override
  public int epollCreate1(int flags) {
    try {
      return errno.check((int) Libc.EPOLL_CREATE1.invokeExact(cell, flags));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int epollCtl(int epfd, int operation, int fd, long event) {
    try {
      return errno.check((int) Libc.EPOLL_CTL.invokeExact(cell, epfd, operation, fd, event));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int epollWait(int epfd, long events, int maxEvents, int timeoutMillis) {
    try {
      return errno.check(
          (int) Libc.EPOLL_WAIT.invokeExact(cell, epfd, events, maxEvents, timeoutMillis));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int epollPwait2(int epfd, long events, int maxEvents, long timeout) {
    try {
      return errno.check(
          (long)
              Libc.EPOLL_PWAIT2.invokeExact(
                  cell, SYS_EPOLL_PWAIT2, (long) epfd, events, (long) maxEvents, timeout, 0L, 0L));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }
}
