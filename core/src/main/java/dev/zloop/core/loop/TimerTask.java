package dev.zloop.core.loop;

import dev.zloop.core.Timer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/**
 * A task with a deadline. It is its own node in the heap, and its own message in the inbox and in
 * the ready queue, so that a timer is one object:
 *
 * <pre>
 *   posted (from another thread) -> armed (in the heap) -> due (in the ready queue) -> run
 * </pre>
 */
final class TimerTask implements Timer, Runnable {
  static final int NOT_IN_HEAP = -1;

  /** Delays beyond this count as this: deadlines are compared by their difference. */
  private static final long DELAY_NANOS_MAX = Long.MAX_VALUE / 2;

  private static final int PENDING = 0;
  private static final int RUN = 1;
  private static final int CANCELLED = 2;

  private static final VarHandle OUTCOME;

  static {
    try {
      OUTCOME = MethodHandles.lookup().findVarHandle(TimerTask.class, "outcome", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EventLoop loop;
  final long deadlineNanos;

  /** Whoever moves outcome from PENDING owns the task: the one who runs it or who drops it. */
  private volatile int outcome;

  /** Until it has run or was cancelled, so that a timer that is kept does not keep it. */
  private Runnable task;

  // The rest belongs to the loop's thread.
  int heapIndex = NOT_IN_HEAP;
  long sequence;
  private boolean due;

  TimerTask(EventLoop loop, Runnable task, long deadlineNanos) {
    this.loop = loop;
    this.task = task;
    this.deadlineNanos = deadlineNanos;
  }

  static long delayNanos(Duration delay) {
    try {
      return delay.toNanos();
    } catch (ArithmeticException tooLong) {
      return delay.isNegative() ? 0 : DELAY_NANOS_MAX;
    }
  }

  static long deadlineNanos(long nowNanos, long delayNanos) {
    return nowNanos + Math.min(delayNanos, DELAY_NANOS_MAX);
  }

  boolean isBefore(TimerTask other) {
    long difference = deadlineNanos - other.deadlineNanos;
    return difference < 0 || difference == 0 && sequence < other.sequence;
  }

  /** On the loop: arms a posted timer, runs a due one, forgets a cancelled one. */
  @Override
  public void run() {
    if (outcome == CANCELLED) {
      forget();
    } else if (!due) {
      loop.timers().add(this);
    } else if (OUTCOME.compareAndSet(this, PENDING, RUN)) {
      try {
        task.run();
      } catch (Throwable error) {
        loop.addOriginTo(error); // as long as the task is known
        throw error;
      } finally {
        task = null;
      }
    }
  }

  /** Takes the timer off the heap for good, to stand in the ready queue. */
  void becomeDue(TimerHeap heap) {
    heap.remove(this);
    due = true;
  }

  void becomeDue() {
    due = true;
  }

  @Override
  public boolean cancel() {
    if (!OUTCOME.compareAndSet(this, PENDING, CANCELLED)) {
      return false;
    }
    task = null;
    if (loop.inLoop()) {
      forget();
    } else {
      loop.postQuietly(this);
    }
    return true;
  }

  /** Null once it has run or was cancelled; whoever has not moved the outcome sees it some time. */
  Runnable task() {
    return task;
  }

  private void forget() {
    if (heapIndex != NOT_IN_HEAP) {
      loop.timers().remove(this);
    }
  }

  /**
   * The loop ends before it ran the task: nobody may run it any more.
   *
   * @return the task that will not run; null if it ran or was cancelled before
   */
  Runnable abandon() {
    if (!OUTCOME.compareAndSet(this, PENDING, CANCELLED)) {
      return null;
    }
    Runnable unrun = task;
    task = null;
    return unrun;
  }

  /** Whether its time has come, and it only waited for its turn. */
  boolean isDue() {
    return due;
  }

  @Override
  public boolean isCancelled() {
    return outcome == CANCELLED;
  }

  @Override
  public boolean isDone() {
    return outcome != PENDING;
  }

  @Override
  public String toString() {
    return "timer of " + task;
  }
}
