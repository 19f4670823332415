package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.EpollConstants.EFD_CLOEXEC;
import static dev.zloop.nativereactor.sys.EpollConstants.EFD_NONBLOCK;

import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.EventfdSyscalls;

/**
 * An eventfd(2) that any thread may write, also while and after it is closed: {@link WakerGate}.
 *
 * <p>Nobody reads it. It is registered edge-triggered, and each write is a new edge, whatever the
 * counter says (eventfd_write wakes its pollers unconditionally). The counter grows by one a write
 * and blocks at 2^64 - 2: five hundred years at a write a nanosecond.
 */
public final class EventfdWaker {
  private final EventfdSyscalls syscalls;
  private final int fd;
  private final WakerGate gate = new WakerGate();

  /** Takes the descriptor: closing it is the waker's. */
  EventfdWaker(EventfdSyscalls syscalls, int fd) {
    this.syscalls = syscalls;
    this.fd = fd;
  }

  /**
   * Opens an eventfd.
   *
   * @throws ErrnoException if there is none to be had
   */
  public static EventfdWaker open(EventfdSyscalls syscalls) {
    int fd = ErrnoException.check("eventfd", syscalls.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    return new EventfdWaker(syscalls, fd);
  }

  /** The descriptor, to poll; not after {@link #close}. */
  public int fd() {
    return fd;
  }

  /**
   * From any thread. It carries no memory with it: what the woken thread shall see, the caller
   * publishes by a volatile write or the like before it wakes.
   */
  public void wakeup() {
    if (!gate.enter()) {
      return;
    }
    try {
      boolean written = syscalls.eventfdWrite(fd, 1);
      assert written;
    } finally {
      if (gate.leave()) {
        closeDescriptor();
      }
    }
  }

  /** From any thread, any number of times. */
  public void close() {
    if (gate.shut()) {
      closeDescriptor();
    }
  }

  private void closeDescriptor() {
    boolean closed = syscalls.close(fd);
    assert closed;
  }
}
