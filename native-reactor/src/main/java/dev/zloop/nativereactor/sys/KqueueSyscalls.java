package dev.zloop.nativereactor.sys;

/**
 * The calls of kqueue(2), under the rules of {@link Syscalls}: a non-negative result or {@code
 * -errno}, and one thread at a time. {@link #trigger} and {@link #close(int)} may be called by any
 * thread: they say whether they worked, errno is not kept.
 */
public interface KqueueSyscalls {

  /**
   * kqueue(2). The new descriptor, which no child process inherits, or -errno: -EMFILE, -ENFILE,
   * -ENOMEM when something has run out. EINTR does not occur.
   *
   * @return the descriptor, or -errno
   */
  int kqueue();

  /**
   * kevent(2): applies changes, then waits for events. The number of events written, 0 after the
   * timeout, or -errno. Answers to changes come first, in the order of the changes: one for each
   * with EV_RECEIPT, and one for each that failed; where they fill the room for events, the call
   * does not wait, nor tells other events. EINTR is returned as -EINTR: time has passed, and only
   * the caller knows how much of it is left.
   *
   * @param kq the kqueue
   * @param changes of {@link Kevent}s, or 0
   * @param changeCount how many
   * @param events where to write {@link Kevent}s; may be {@code changes}
   * @param eventsMax room there, in events
   * @param timeout of a {@link Timespec}, or 0: for ever
   * @return the number of events, or -errno
   */
  int kevent(int kq, long changes, int changeCount, long events, int eventsMax, long timeout);

  /**
   * kevent(2) with one change and no events. From any thread.
   *
   * @param kq the kqueue
   * @param change of a {@link Kevent}, which is only read
   * @return true if it was applied
   */
  boolean trigger(int kq, long change);

  /**
   * close(2) of a kqueue, whose closing can say nothing. From any thread; never retried.
   *
   * @param kq a kqueue that the caller owns
   * @return false if there was no such descriptor (EBADF), a broken invariant of the caller
   */
  boolean close(int kq);

  /**
   * Whether closing a descriptor removes the filters that it has in kqueues. True of kernels; a
   * library does not see it closed.
   *
   * @return true if it does
   */
  boolean closeRemovesFilters();

  /**
   * Whether a socket's error that was told beside EV_EOF is still on the socket. True of kernels; a
   * library takes it from there, so that a receive sees an orderly end afterwards.
   *
   * @return true if it is
   */
  boolean errorsStay();
}
