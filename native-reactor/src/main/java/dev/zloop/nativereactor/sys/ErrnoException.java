package dev.zloop.nativereactor.sys;

/**
 * Something native could not be opened: the one place where an errno is no return value, because
 * what returns is an object.
 */
public final class ErrnoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Which call failed. */
  private final String call;

  /** Its errno. */
  private final int errno;

  /**
   * An exception that names call and errno.
   *
   * @param call the manual page's name
   * @param errno the positive number
   */
  public ErrnoException(String call, int errno) {
    super("%s: %s (%s)".formatted(call, Errno.name(errno), Errno.description(errno)));
    this.call = call;
    this.errno = errno;
  }

  /**
   * Throws if a call failed.
   *
   * @param call the manual page's name
   * @param result what it returned
   * @return the result, which is not negative
   * @throws ErrnoException if it is
   */
  public static int check(String call, int result) {
    if (result < 0) {
      throw new ErrnoException(call, -result);
    }
    return result;
  }

  /**
   * Which call failed.
   *
   * @return the manual page's name
   */
  public String call() {
    return call;
  }

  /**
   * Why it failed.
   *
   * @return the positive number
   */
  public int errno() {
    return errno;
  }
}
