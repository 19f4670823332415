package dev.zloop.core.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How far a loop's life has come, and whose the loop is:
 *
 * <pre>
 *   NEW --start, or the first turn--> OPEN --close--> CLOSING --all has ended--> CLOSED
 *     \-------------- close, or a defect at any time ------------------------------^
 * </pre>
 *
 * Any thread reads and moves it, but for the last step, which is the ending thread's.
 */
final class LoopLife {
  private static final VarHandle OWNER;
  private static final VarHandle PHASE;

  static {
    try {
      var lookup = MethodHandles.lookup();
      OWNER = lookup.findVarHandle(LoopLife.class, "owner", Thread.class);
      PHASE = lookup.findVarHandle(LoopLife.class, "phase", Phase.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private enum Phase {
    NEW,
    OPEN,
    CLOSING,
    CLOSED
  }

  private final String loopName;

  /** The thread that runs the turns, from the first one on, or from the start. */
  private volatile Thread owner;

  private volatile Phase phase = Phase.NEW;

  /** The owner's alone. */
  private boolean inTurn;

  LoopLife(String loopName) {
    this.loopName = loopName;
  }

  /** Null as long as the loop is nobody's. */
  Thread owner() {
    return owner;
  }

  boolean isClosing() {
    return phase == Phase.CLOSING;
  }

  boolean isClosed() {
    return phase == Phase.CLOSED;
  }

  /** A turn of the calling thread: the first one makes the loop that thread's, and opens it. */
  void beginTurn(Thread current) {
    if (owner != current && !OWNER.compareAndSet(this, (Thread) null, current)) {
      throw new IllegalStateException(
          "loop "
              + loopName
              + " belongs to thread "
              + owner.getName()
              + ", called from "
              + current);
    }
    if (phase == Phase.NEW) {
      PHASE.compareAndSet(this, Phase.NEW, Phase.OPEN);
    }
    if (phase == Phase.CLOSED) {
      throw new IllegalStateException("loop " + loopName + " is closed");
    }
    if (inTurn) {
      throw new IllegalStateException(
          "loop " + loopName + " is in a turn: runOnce called from a task");
    }
    inTurn = true;
  }

  void endTurn() {
    inTurn = false;
  }

  void requireStartable() {
    if (owner != null || phase != Phase.NEW) {
      throw notStartable();
    }
  }

  /** Makes the loop that thread's, and opens it, unless somebody was faster. */
  void start(Thread thread) {
    if (!OWNER.compareAndSet(this, (Thread) null, thread)
        || !PHASE.compareAndSet(this, Phase.NEW, Phase.OPEN)) {
      throw notStartable();
    }
  }

  private IllegalStateException notStartable() {
    return new IllegalStateException(
        phase == Phase.CLOSING || phase == Phase.CLOSED
            ? "loop " + loopName + " is closed"
            : "loop " + loopName + " was started before: it belongs to thread " + owner.getName());
  }

  /** NEW to CLOSED: true for the one that is to end the loop. */
  boolean closeUnstarted() {
    return PHASE.compareAndSet(this, Phase.NEW, Phase.CLOSED);
  }

  /** OPEN to CLOSING: true for the one that is to make the loop's thread end it. */
  boolean beginClosing() {
    return PHASE.compareAndSet(this, Phase.OPEN, Phase.CLOSING);
  }

  void becomeClosed() {
    phase = Phase.CLOSED;
  }

  @Override
  public String toString() {
    return phase.toString();
  }
}
