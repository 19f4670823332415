package dev.zloop.nativereactor.uring;

import dev.zloop.nativereactor.poll.EventfdWaker;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends the wait of a ring's thread: by a message to the ring, or by an eventfd that the ring polls.
 *
 * <p>What counts is a flag: set by who wakes, looked at before waiting, and reset when an enter is
 * over. Whoever sets it also sends, and that merely ends a wait that had begun. So nothing is lost
 * when a message is refused because the ring is still disabled, and those that come too late or too
 * often do no more than to end an enter early.
 */
final class Wakeup {
  private final RingDescriptor ring;

  /** Null if messages are sent. */
  private final EventfdWaker eventfd;

  /**
   * Who wakes sets the flag, then asks the kernel whether the ring is enabled; whoever enables the
   * ring looks at the flag then: not both can miss the other. Between the two steps each needs a
   * full fence, since a system call promises none. Who resets the flag by an exchange reads what
   * the last one has set, and thereby sees what that one published before.
   */
  private final AtomicBoolean woken = new AtomicBoolean();

  private Wakeup(RingDescriptor ring, EventfdWaker eventfd) {
    this.ring = ring;
    this.eventfd = eventfd;
  }

  static Wakeup byMessage(RingDescriptor ring) {
    return new Wakeup(ring, null);
  }

  /** Takes the eventfd: closing it is the wakeup's. */
  static Wakeup byEventfd(RingDescriptor ring, EventfdWaker eventfd) {
    return new Wakeup(ring, eventfd);
  }

  /** What the ring has to poll, or -1. */
  int polledFd() {
    return eventfd != null ? eventfd.fd() : -1;
  }

  /** From any thread. */
  void wakeup() {
    if (woken.getAndSet(true)) {
      return; // who set it sends
    }
    VarHandle.fullFence();
    if (eventfd != null) {
      eventfd.wakeup();
    } else {
      sendMessage();
    }
  }

  /**
   * Until it is sent, or not wanted any more: the flag is reset by an enter that has ended, and
   * while the ring is disabled nobody can be waiting.
   */
  private void sendMessage() {
    int result = ring.sendMessage();
    while (isShortage(result) && woken.get()) {
      Thread.yield();
      result = ring.sendMessage();
    }
    if (result < 0 && !isShortage(result) && !waitsForNobody(result)) {
      throw new ErrnoException("IORING_REGISTER_SEND_MSG_RING", -result);
    }
  }

  private static boolean isShortage(int result) {
    return result == -Errno.ENOMEM
        || result == -Errno.EAGAIN
        || result == -Errno.EOVERFLOW
        || result == -Errno.EINTR;
  }

  /** Disabled as yet, the thread is gone, or closed. */
  private static boolean waitsForNobody(int result) {
    return result == -Errno.EBADFD || result == -Errno.EOWNERDEAD || result == -Errno.EBADF;
  }

  /** Whether somebody has woken: the enter that begins must not wait. */
  boolean isPending() {
    return woken.get();
  }

  /**
   * An enter is over, and so is every wakeup until now. Not a plain write: what the caller looks at
   * next was published before the wakeup that is taken here.
   */
  void take() {
    if (woken.get()) {
      woken.getAndSet(false);
    }
  }

  void close() {
    if (eventfd != null) {
      eventfd.close();
    }
  }
}
