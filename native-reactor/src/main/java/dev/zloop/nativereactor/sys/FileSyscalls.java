package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls that open and read files, each as its manual page has it. They wait for the disk, and
 * are not for a loop's thread. Results, errnos and pointers are as in {@link Syscalls}.
 *
 * <p>One thread at a time calls an instance, because it owns the cell into which errno is captured.
 */
public final class FileSyscalls {
  private final ErrnoCell errno = new ErrnoCell();
  private final MemorySegment cell = errno.segment;

  private FileSyscalls() {}

  /**
   * Makes an instance. It holds no descriptor, and need not be closed.
   *
   * @return the instance
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static FileSyscalls open() {
    Native.ensureUsable();
    return new FileSyscalls();
  }

  /**
   * The handles, nested and not final: see {@link PosixSyscalls} and {@link Downcalls#withErrno}.
   */
  private static final class Libc {
    /** Its third argument is variadic, and given only with O_CREAT. */
    static MethodHandle OPEN =
        Downcalls.variadicWithErrno("open", 2, JAVA_INT, JAVA_LONG, JAVA_INT);

    static MethodHandle LSEEK =
        Downcalls.withErrno("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    static MethodHandle PREAD =
        Downcalls.withErrno("pread", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    static MethodHandle CLOSE = Downcalls.withErrno("close", JAVA_INT, JAVA_INT);
  }

  /**
   * open(2), of something that exists. The new descriptor, or -errno: -ENOENT, -EACCES, -ENOTDIR,
   * -ELOOP, -ENAMETOOLONG of the path; -EMFILE, -ENFILE when something has run out. A directory can
   * be opened to read, too: {@link #pread} tells. EINTR is retried.
   *
   * @param path of the path's bytes, which a NUL ends
   * @param flags O_*, without O_CREAT and O_TMPFILE
   * @return the descriptor, or -errno
   */
  public int open(long path, int flags) {
    try {
      int result;
      do {
        result = errno.check((int) Libc.OPEN.invokeExact(cell, path, flags));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  /**
   * lseek(2). The new position in bytes from the file's beginning, or -errno: -ESPIPE for what has
   * no positions. EINTR does not occur.
   *
   * @param fd a file
   * @param offset in bytes
   * @param whence SEEK_*
   * @return the position, or -errno
   */
  public long lseek(int fd, long offset, int whence) {
    try {
      long result = (long) Libc.LSEEK.invokeExact(cell, fd, offset, whence);
      return result < 0 ? errno.check(-1) : result;
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }

  /**
   * pread(2), as {@link Syscalls#pread}.
   *
   * @param fd a file
   * @param buffer where to write
   * @param length the room there, in bytes
   * @param offset where in the file to begin, in bytes
   * @return bytes read, or -errno
   */
  public int pread(int fd, long buffer, int length, long offset) {
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

  /**
   * close(2), as {@link Syscalls#close(int)}: never retried.
   *
   * @param fd a descriptor that the caller owns
   * @return 0, or -errno
   */
  public int close(int fd) {
    try {
      return errno.check((int) Libc.CLOSE.invokeExact(cell, fd));
    } catch (Throwable e) {
      throw Downcalls.mistyped(e);
    }
  }
}
