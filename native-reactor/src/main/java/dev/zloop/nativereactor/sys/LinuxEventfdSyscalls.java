package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@link EventfdSyscalls} of Linux, and the errno of those who have more calls. */
abstract sealed class LinuxEventfdSyscalls implements EventfdSyscalls
    permits LinuxEpollSyscalls, LinuxUringSyscalls {
  final ErrnoCell errno = new ErrnoCell();
  final MemorySegment cell = errno.segment;

  /**
   * The handles; nested, so that they are made by the first call. The one with an errno is not
   * final on purpose: see {@link Downcalls#withErrno}.
   */
  private static final class Libc {
    static MethodHandle EVENTFD = Downcalls.withErrno("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle EVENTFD_WRITE =
        Downcalls.withoutErrno("eventfd_write", JAVA_INT, JAVA_INT, JAVA_LONG);
    static final MethodHandle CLOSE = Downcalls.withoutErrno("close", JAVA_INT, JAVA_INT);
  }

  @Override
  public int eventfd(int initialValue, int flags) {
    try {
      return errno.check((int) Libc.EVENTFD.invokeExact(cell, initialValue, flags));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public boolean eventfdWrite(int fd, long value) {
    try {
      return (int) Libc.EVENTFD_WRITE.invokeExact(fd, value) == 0;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public boolean close(int fd) {
    try {
      return (int) Libc.CLOSE.invokeExact(fd) == 0;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }
}
