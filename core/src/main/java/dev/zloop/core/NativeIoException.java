package dev.zloop.core;

import dev.zloop.nativereactor.sys.Errno;
import java.io.IOException;

/** A system call that failed: which one, on what, and the errno. */
public final class NativeIoException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final int errno;

  /**
   * @param operation the system call and what it was called on, as {@code recv(fd 12)} or {@code
   *     bind(127.0.0.1:80)}
   * @param errno the positive error number
   */
  public NativeIoException(String operation, int errno) {
    this(operation, errno, "");
  }

  /**
   * @param operation the system call and what it was called on
   * @param errno the positive error number
   * @param advice what the reader could do about it, or an empty string
   */
  public NativeIoException(String operation, int errno, String advice) {
    super(
        operation
            + ": "
            + Errno.name(errno)
            + " ("
            + Errno.description(errno)
            + ")"
            + (advice.isEmpty() ? "" : "; " + advice));
    this.operation = operation;
    this.errno = errno;
  }

  /** The system call and what it was called on. */
  public String operation() {
    return operation;
  }

  /** The error number, as positive as errno(3) has it; it differs between operating systems. */
  public int errno() {
    return errno;
  }

  /** The error's name, the same on every operating system: {@code ECONNRESET}. */
  public String errnoName() {
    return Errno.name(errno);
  }
}
