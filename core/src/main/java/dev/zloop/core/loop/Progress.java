package dev.zloop.core.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How far a loop has come, for who looks from outside. The loop writes and never waits, and for
 * this it never looks at the clock: whoever finds the same turn twice knows how long it has been.
 *
 * <p>No write waits for another thread's. A reader sees each of them some time later, and all that
 * was written before.
 */
public final class Progress {
  private static final long NOT_ASKED = -1;

  private static final VarHandle TURN;
  private static final VarHandle STEP;
  private static final VarHandle RUNNING;
  private static final VarHandle ASKED;

  static {
    try {
      var lookup = MethodHandles.lookup();
      TURN = lookup.findVarHandle(Progress.class, "turn", long.class);
      STEP = lookup.findVarHandle(Progress.class, "step", long.class);
      RUNNING = lookup.findVarHandle(Progress.class, "running", Object.class);
      ASKED = lookup.findVarHandle(Progress.class, "asked", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Odd while the loop is at work, even while it waits or nobody turns it. */
  private long turn;

  /** Counts the callbacks. */
  private long step;

  /** The callback that runs, or null. */
  private Object running;

  /** The turn at whose end the loop is to look at the clock; whoever watches writes it. */
  private long asked = NOT_ASKED;

  /** What it saw then, and in which turn: written before {@link #turn} moves on. */
  private long endedNanos;

  private long endedTurn = NOT_ASKED;

  // ---- the loop

  /** The wait is over. */
  void beginTurn() {
    TURN.setRelease(this, turn + 1);
  }

  /**
   * A callback is about to run: a task, a timer, or the handler of a descriptor.
   *
   * @param what has a {@code toString} that says so; or null, for none
   */
  public void step(Object what) {
    STEP.setOpaque(this, step + 1);
    RUNNING.setRelease(this, what);
  }

  /** No callback runs any more: what follows is the loop's own, or of who measures its turns. */
  void betweenCallbacks() {
    step(null);
  }

  /** The turn is over, also where it failed before it was at work. */
  void endTurn(Clock clock) {
    if (!isBusy(turn)) {
      return;
    }
    if (running != null) {
      RUNNING.setOpaque(this, null);
    }
    if ((long) ASKED.getOpaque(this) == turn) {
      endedNanos = clock.nanoTime();
      endedTurn = turn;
    }
    TURN.setRelease(this, turn + 1);
  }

  // ---- who watches

  long turn() {
    return (long) TURN.getAcquire(this);
  }

  static boolean isBusy(long turn) {
    return (turn & 1) != 0;
  }

  long step() {
    return (long) STEP.getOpaque(this);
  }

  /** Null between two callbacks. */
  Object running() {
    return RUNNING.getAcquire(this);
  }

  /** Asks for the time at which that turn ends, if it has not ended by then. */
  void askForEndOf(long turn) {
    ASKED.setOpaque(this, turn);
  }

  /**
   * When a turn ended, by the loop's clock, once {@link #turn} has moved on.
   *
   * @param otherwise the answer where the loop had ended it already when it was asked
   */
  long endOf(long turn, long otherwise) {
    return endedTurn == turn ? endedNanos : otherwise;
  }
}
