package dev.zloop.core.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a loop sleeps, so that it is woken when there is need, and once:
 *
 * <pre>
 *   AWAKE --announce--> ASLEEP --wakeIfAsleep, wakeup--> NOTIFIED
 *     \------------------ wakeup ---------------------------^
 *     ^------------- awake, from any of them --------------/
 * </pre>
 *
 * The loop announces that it sleeps and says when it is awake; any thread wakes it.
 */
final class LoopSleep {
  private static final int AWAKE = 0;
  private static final int ASLEEP = 1;
  private static final int NOTIFIED = 2;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(LoopSleep.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Inbox inbox;
  private final IoPort io;

  /** AWAKE, ASLEEP or NOTIFIED. */
  private volatile int state;

  LoopSleep(Inbox inbox, IoPort io) {
    this.inbox = inbox;
    this.io = io;
  }

  /**
   * Says that the loop sleeps, so that whoever adds work from now on wakes it, and then looks at
   * the inbox once more. Both sides write before they read, with volatile order: either this loop
   * sees the task, or the task's sender sees ASLEEP.
   *
   * @return whether the loop may sleep
   */
  boolean announce() {
    if (STATE.compareAndSet(this, AWAKE, ASLEEP) && inbox.isEmpty()) {
      return true;
    }
    awake();
    return false;
  }

  /**
   * Consumes a wakeup. An exchange and not a mere store: what was written before {@link #wakeup} is
   * visible in the turn that consumes it.
   */
  void awake() {
    STATE.getAndSet(this, AWAKE);
  }

  /** From any thread, sticky: a loop that is awake does not sleep the next time. */
  void wakeup() {
    if ((int) STATE.getAndSet(this, NOTIFIED) == ASLEEP) {
      io.wakeup();
    }
  }

  /** From any thread that has added to the inbox. */
  void wakeIfAsleep() {
    if (state == ASLEEP && STATE.compareAndSet(this, ASLEEP, NOTIFIED)) {
      io.wakeup();
    }
  }
}
