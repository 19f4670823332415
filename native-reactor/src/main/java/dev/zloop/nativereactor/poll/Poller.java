package dev.zloop.nativereactor.poll;

/**
 * Waits until descriptors are ready. Edge-triggered, always: readiness is told when it arises,
 * once, and whoever is told reads or writes until {@code -EAGAIN} or remembers that there is more.
 * It knows no timers, callbacks or transports.
 *
 * <p>One thread at a time uses a poller; {@link #wakeup()} alone may be called by any thread. The
 * calls return a non-negative result or {@code -errno}; after {@link #close()}, {@code -EBADF}.
 *
 * <p>Readiness is a set of the bits {@link #READABLE}, {@link #WRITABLE}, {@link #PEER_CLOSED},
 * {@link #ERROR}, {@link #HANGUP}, {@link #URGENT}. ERROR and HANGUP are always told; an interest
 * is a set of the others.
 */
public interface Poller extends AutoCloseable {

  /** There is something to read: bytes, a connection to accept, or the end of the stream. */
  int READABLE = 1;

  /** The kernel takes bytes again, or a connect has ended, in either way. */
  int WRITABLE = 2;

  /** The peer has shut down its writing side: an end of stream comes after what is still unread. */
  int PEER_CLOSED = 4;

  /**
   * The socket has an error: {@link #error} has it, or SO_ERROR has, and the next call that reads
   * or writes.
   */
  int ERROR = 8;

  /** Both directions are shut down: nothing more comes after what is still unread. */
  int HANGUP = 16;

  /**
   * TCP's urgent data has arrived: a receive stops at its mark although more is behind it. A poller
   * need not tell it.
   */
  int URGENT = 32;

  /** What a stream can tell: to be registered once, and never modified. */
  int STREAM = READABLE | WRITABLE | PEER_CLOSED | URGENT;

  /** The one token that a poller keeps for itself. */
  long RESERVED_TOKEN = -1;

  /**
   * Registers a descriptor. What it is ready for already is told by the next poll.
   *
   * @param fd a non-blocking descriptor, not registered here; it remains the caller's
   * @param interest bits of readiness; {@link #STREAM} for a connection
   * @param token told with each event: any number but {@link #RESERVED_TOKEN}
   * @return 0, or -errno: -EEXIST when registered already, -ENOMEM, -ENOSPC, -EINVAL for the
   *     reserved token
   */
  int register(int fd, int interest, long token);

  /**
   * Changes interest and token. What the descriptor is ready for now is told (again) by the next
   * poll, so this also re-arms.
   *
   * @param fd a registered descriptor
   * @param interest bits of readiness
   * @param token any number but {@link #RESERVED_TOKEN}
   * @return 0, or -errno: -ENOENT when not registered
   */
  int modify(int fd, int interest, long token);

  /**
   * Deregisters. To be called before the descriptor is closed. Events already polled stay readable
   * through {@link #token(int)}: the token's owner must know that it is gone.
   *
   * @param fd a registered descriptor
   * @return 0, or -errno: -ENOENT when not registered
   */
  int deregister(int fd);

  /**
   * Does what the kernel does not do by itself when a registered descriptor is closed: to be called
   * just before, instead of {@link #deregister}, which would cost a system call.
   *
   * @param fd a registered descriptor
   */
  default void beforeClose(int fd) {}

  /**
   * Waits until there is an event, a wakeup, or the timeout has passed; never returns before the
   * timeout with nothing to tell, except when a signal interrupts it.
   *
   * <p>The thread is in native code meanwhile: the collector does not wait for it.
   *
   * @param timeoutNanos nanoseconds; negative: for ever; 0: not at all
   * @return the number of events, wakeups not among them; 0 after a wakeup, a timeout, or a signal
   *     (EINTR); or -errno
   */
  int poll(long timeoutNanos);

  /**
   * The token of an event of the last poll.
   *
   * @param index from 0, below what {@link #poll} returned
   * @return the token registered
   */
  long token(int index);

  /**
   * The readiness that an event of the last poll tells.
   *
   * @param index from 0, below what {@link #poll} returned
   * @return a set of bits
   */
  int readiness(int index);

  /**
   * The error that came with an event of the last poll that tells {@link #ERROR}.
   *
   * @param index from 0, below what {@link #poll} returned
   * @return an errno, positive; or 0 if none came: then SO_ERROR has it
   */
  default int error(int index) {
    return 0;
  }

  /**
   * Ends the poll that is going on, or the next one if none is. Several may count as one; none is
   * lost. From any thread, at any time, also after {@link #close()}, when nothing happens. Never
   * blocks. It carries no memory with it: publish first what the woken thread shall see, then wake.
   */
  void wakeup();

  /**
   * Closes the poller, not what is registered with it. Idempotent; not while a poll is going on.
   */
  @Override
  void close();
}
