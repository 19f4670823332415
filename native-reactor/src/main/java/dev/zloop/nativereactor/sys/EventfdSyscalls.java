package dev.zloop.nativereactor.sys;

/**
 * The calls of eventfd(2), Linux only, under the rules of {@link Syscalls}. {@link #eventfdWrite}
 * and {@link #close(int)} may be called by any thread: they say whether they worked, errno is not
 * kept.
 */
public interface EventfdSyscalls {

  /**
   * eventfd(2). The new descriptor, or -errno: -EMFILE, -ENFILE, -ENOMEM when something has run
   * out. EINTR does not occur.
   *
   * @param initialValue of the counter
   * @param flags EFD_CLOEXEC and EFD_NONBLOCK
   * @return the descriptor, or -errno
   */
  int eventfd(int initialValue, int flags);

  /**
   * eventfd_write(3): adds to the counter, and tells whoever polls the descriptor. From any thread.
   *
   * @param fd an eventfd that is non-blocking
   * @param value to add
   * @return true if added; false if the counter would pass 2^64 - 2 (EAGAIN)
   */
  boolean eventfdWrite(int fd, long value);

  /**
   * close(2), for descriptors whose closing can say nothing: epoll instances, rings and eventfds.
   * From any thread; never retried.
   *
   * @param fd a descriptor that the caller owns
   * @return false if there was no such descriptor (EBADF), a broken invariant of the caller
   */
  boolean close(int fd);
}
