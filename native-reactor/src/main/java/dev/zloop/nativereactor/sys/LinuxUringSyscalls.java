package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_SEND_MSG_RING;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/** {@link UringSyscalls} of Linux, which has them by number: no C library wraps them. */
public final class LinuxUringSyscalls extends LinuxEventfdSyscalls implements UringSyscalls {
  /** From asm-generic/unistd.h; x86-64 and aarch64 share the numbers of calls younger than 5.0. */
  static final long SYS_IO_URING_SETUP = 425;

  static final long SYS_IO_URING_ENTER = 426;
  static final long SYS_IO_URING_REGISTER = 427;

  private LinuxUringSyscalls() {}

  /**
   * Opens an instance, for one ring.
   *
   * @return the instance
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static LinuxUringSyscalls open() {
    Native.ensureUsable();
    return new LinuxUringSyscalls();
  }

  /**
   * The handles; nested, so that {@link #open} can refuse before they are made. Those with an errno
   * are not final on purpose: see {@link Downcalls#withErrno}.
   */
  private static final class Libc {
    static MethodHandle SETUP = Downcalls.syscall(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static MethodHandle ENTER =
        Downcalls.syscall(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static MethodHandle REGISTER =
        Downcalls.syscall(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static final MethodHandle REGISTER_WITHOUT_ERRNO =
        Downcalls.syscallWithoutErrno(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static MethodHandle MMAP =
        Downcalls.withErrno(
            "mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    static MethodHandle MUNMAP = Downcalls.withErrno("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
  }

  @Override
  public int setup(int entries, long params) {
    try {
      return errno.check(
          (long) Libc.SETUP.invokeExact(cell, SYS_IO_URING_SETUP, (long) entries, params));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int enter(
      int fd, int toSubmit, int minComplete, int flags, long argument, long argumentSize) {
    try {
      return errno.check(
          (long)
              Libc.ENTER.invokeExact(
                  cell,
                  SYS_IO_URING_ENTER,
                  (long) fd,
                  (long) toSubmit,
                  (long) minComplete,
                  (long) flags,
                  argument,
                  argumentSize));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int register(int fd, int operation, long argument, int count) {
    return register(errno, fd, operation, argument, count);
  }

  private static int register(ErrnoCell errno, int fd, int operation, long argument, int count) {
    try {
      return errno.check(
          (long)
              Libc.REGISTER.invokeExact(
                  errno.segment,
                  SYS_IO_URING_REGISTER,
                  (long) fd,
                  (long) operation,
                  argument,
                  (long) count));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int sendMessage(long sqe) {
    try {
      long result =
          (long)
              Libc.REGISTER_WITHOUT_ERRNO.invokeExact(
                  SYS_IO_URING_REGISTER, -1L, (long) IORING_REGISTER_SEND_MSG_RING, sqe, 1L);
      if (result == 0) {
        return 0;
      }
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
    return register(new ErrnoCell(), -1, IORING_REGISTER_SEND_MSG_RING, sqe, 1);
  }

  @Override
  public long mmap(long length, int protection, int flags, int fd, long offset) {
    try {
      long address = (long) Libc.MMAP.invokeExact(cell, 0L, length, protection, flags, fd, offset);
      return address != -1 ? address : errno.check(-1);
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  @Override
  public int munmap(long address, long length) {
    try {
      return errno.check((int) Libc.MUNMAP.invokeExact(cell, address, length));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }
}
