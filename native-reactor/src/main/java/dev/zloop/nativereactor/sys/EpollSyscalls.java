package dev.zloop.nativereactor.sys;

/**
 * The calls of epoll(7) and eventfd(2), Linux only, under the rules of {@link Syscalls}: a
 * non-negative result or {@code -errno}, and one thread at a time.
 */
public interface EpollSyscalls extends EventfdSyscalls {

  /**
   * epoll_create1(2). The new descriptor, or -errno: -EMFILE, -ENFILE, -ENOMEM when something has
   * run out, -ENOSYS or -EPERM when a sandbox forbids it. EINTR does not occur.
   *
   * @param flags EPOLL_CLOEXEC
   * @return the descriptor, or -errno
   */
  int epollCreate1(int flags);

  /**
   * epoll_ctl(2). 0, or -errno: -EEXIST for a descriptor added twice, -ENOENT for one that was not
   * added, -EPERM for one that cannot be polled (a file), -ENOMEM, -ENOSPC at the user's
   * max_user_watches. EINTR does not occur.
   *
   * @param epfd the epoll instance
   * @param operation EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL
   * @param fd the descriptor concerned
   * @param event of an {@link EpollEvent}; 0 with EPOLL_CTL_DEL
   * @return 0, or -errno
   */
  int epollCtl(int epfd, int operation, int fd, long event);

  /**
   * epoll_wait(2). The number of events written, 0 after the timeout, or -errno. EINTR is returned
   * as -EINTR: time has passed, and only the caller knows how much of it is left.
   *
   * @param epfd the epoll instance
   * @param events where to write {@link EpollEvent}s
   * @param maxEvents room there, in events
   * @param timeoutMillis -1: for ever, 0: not at all
   * @return the number of events, or -errno
   */
  int epollWait(int epfd, long events, int maxEvents, int timeoutMillis);

  /**
   * epoll_pwait2(2) without a signal mask: {@link #epollWait} with a timeout in nanoseconds.
   * -ENOSYS before Linux 5.11; -EPERM in sandboxes that predate it (no other reason gives -EPERM
   * here).
   *
   * @param epfd the epoll instance
   * @param events where to write {@link EpollEvent}s
   * @param maxEvents room there, in events
   * @param timeout of a {@link Timespec}
   * @return the number of events, or -errno
   */
  int epollPwait2(int epfd, long events, int maxEvents, long timeout);
}
