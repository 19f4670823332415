package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.EpollConstants.EFD_CLOEXEC;
import static dev.zloop.nativereactor.sys.EpollConstants.EFD_NONBLOCK;

import dev.zloop.nativereactor.sys.EpollSyscalls;
import dev.zloop.nativereactor.sys.ErrnoException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An eventfd(2) that any thread may write, also while and after it is closed.
 *
 * <p>The danger is a thread that decides to write, is descheduled, and writes when the descriptor
 * has been closed and its number is somebody's socket. Hence a gate: a thread enters before it
 * writes and leaves after, close shuts the gate, and whoever leaves last closes the descriptor.
 * Nobody waits.
 *
 * <p>Nobody reads it either. It is registered edge-triggered, and each write is a new edge,
 * whatever the counter says (eventfd_write wakes its pollers unconditionally). The counter grows by
 * one a write and blocks at 2^64 - 2: five hundred years at a write a nanosecond.
 */
final class EventfdWaker {
  /** The gate is shut. The bits below count the threads inside. */
  private static final int CLOSED = Integer.MIN_VALUE;

  private final EpollSyscalls syscalls;
  private final int fd;

  /**
   * The gate. Two things must be visible through it, and its being one atomic variable is enough
   * for both: to the thread that closes the descriptor, the writes of all who were inside (each
   * left by an atomic decrement that it sees); to a thread that wants to enter, that the gate is
   * shut (the compare-and-set fails, or sees the bit).
   */
  private final AtomicInteger gate = new AtomicInteger();

  /** Takes the descriptor: closing it is the waker's. */
  EventfdWaker(EpollSyscalls syscalls, int fd) {
    this.syscalls = syscalls;
    this.fd = fd;
  }

  static EventfdWaker open(EpollSyscalls syscalls) {
    int fd = ErrnoException.check("eventfd", syscalls.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    return new EventfdWaker(syscalls, fd);
  }

  int fd() {
    return fd;
  }

  /**
   * From any thread. It carries no memory with it: what the woken thread shall see, the caller
   * publishes by a volatile write or the like before it wakes.
   */
  void wakeup() {
    if (!enter()) {
      return;
    }
    try {
      boolean written = syscalls.eventfdWrite(fd, 1);
      assert written;
    } finally {
      leave();
    }
  }

  /** From any thread, any number of times. */
  void close() {
    int before = gate.getAndUpdate(state -> state | CLOSED);
    if (before == 0) {
      closeDescriptor();
    }
  }

  private boolean enter() {
    int state;
    do {
      state = gate.get();
      if (state < 0) {
        return false;
      }
    } while (!gate.compareAndSet(state, state + 1));
    return true;
  }

  private void leave() {
    if (gate.decrementAndGet() == CLOSED) {
      closeDescriptor();
    }
  }

  /** Reached once: the gate is shut, so that the count only falls, and passes zero once. */
  private void closeDescriptor() {
    boolean closed = syscalls.close(fd);
    assert closed;
  }
}
