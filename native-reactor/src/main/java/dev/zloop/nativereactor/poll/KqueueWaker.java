package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_USER;
import static dev.zloop.nativereactor.sys.KqueueConstants.NOTE_TRIGGER;

import dev.zloop.nativereactor.sys.Kevent;
import dev.zloop.nativereactor.sys.KqueueSyscalls;
import dev.zloop.nativereactor.sys.Region;

/**
 * The EVFILT_USER of a kqueue, which any thread may trigger, also while and after the kqueue is
 * closed: {@link WakerGate}. What it triggers with is the kqueue itself, so that closing both is
 * one thing, and left to whoever is out last.
 */
final class KqueueWaker {
  /** Of the filter: its own realm of numbers, which has nothing to do with descriptors. */
  static final long IDENT = 0;

  private final KqueueSyscalls syscalls;
  private final int kq;

  /** The change that triggers; written here and never again, so that any thread may pass it. */
  private final Region change;

  private final WakerGate gate = new WakerGate();

  /** Takes the kqueue: closing it is the waker's. On failure it remains the caller's. */
  KqueueWaker(KqueueSyscalls syscalls, int kq) {
    this.syscalls = syscalls;
    this.kq = kq;
    this.change = Region.allocate(Kevent.SIZE, Long.BYTES);
    // A change of any kind sets udata anew.
    Kevent.set(change.address(), IDENT, EVFILT_USER, 0, NOTE_TRIGGER, Poller.RESERVED_TOKEN);
  }

  /** From any thread; memory is not ordered by it. */
  void wakeup() {
    if (!gate.enter()) {
      return;
    }
    try {
      boolean triggered = syscalls.trigger(kq, change.address());
      assert triggered;
    } finally {
      if (gate.leave()) {
        closeKqueue();
      }
    }
  }

  /** From any thread, any number of times. */
  void close() {
    if (gate.shut()) {
      closeKqueue();
    }
  }

  private void closeKqueue() {
    boolean closed = syscalls.close(kq);
    change.close();
    assert closed;
  }
}
