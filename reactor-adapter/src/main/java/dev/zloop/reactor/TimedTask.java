package dev.zloop.reactor;

import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/**
 * A delayed or periodic task. Its times are counted from the first, by the loop's clock, so that a
 * period does not drift. It is a node in its worker's list until it ends.
 */
final class TimedTask extends LoopTask {

  /** A period: never again. */
  static final long ONCE = -1;

  /** Delays and periods beyond this count as this: deadlines are compared by their difference. */
  private static final long NANOS_MAX = Long.MAX_VALUE / 2;

  private final long periodNanos;

  /** When it is due next. Written by the loop, and before the loop knows of this task. */
  private long deadlineNanos;

  /** What brings or brought the task to run, or null: to run at once, it needs none. */
  private volatile Timer timer;

  /** Its neighbours in the worker's list, whose lock guards them. */
  TimedTask newer;

  TimedTask older;

  TimedTask(LoopWorker worker, Runnable task, long periodNanos) {
    super(worker, task);
    this.periodNanos = Math.min(periodNanos, NANOS_MAX);
  }

  private EventLoop loop() {
    return worker.lane.loop;
  }

  boolean isPeriodic() {
    return periodNanos != ONCE;
  }

  /**
   * Gives the task to the loop.
   *
   * @throws RejectedExecutionException if the loop is closed
   */
  void start(long delayNanos) {
    deadlineNanos = loop().nanoTime() + Math.min(delayNanos, NANOS_MAX);
    if (delayNanos == 0) {
      loop().execute(this); // in one order with the tasks that are scheduled without a delay
    } else {
      setTimer();
    }
  }

  private void setTimer() {
    Timer next = loop().scheduleAt(this, deadlineNanos);
    timer = next;
    // Read after the timer is written: dispose() does it the other way round.
    if (isTakenBack()) {
      next.cancel();
    }
  }

  @Override
  public void run() {
    if (!begin()) {
      return;
    }
    boolean again = false;
    try {
      again = runTask();
    } finally {
      // A task with a period goes on after it threw. One without would do nothing else any more.
      if (periodNanos > 0 || again && periodNanos == 0) {
        startAgain();
      } else {
        end();
      }
    }
  }

  private void startAgain() {
    if (!pause()) {
      end();
      return;
    }
    try {
      if (periodNanos == 0) {
        loop().execute(this);
      } else {
        deadlineNanos += periodNanos;
        setTimer();
      }
    } catch (RejectedExecutionException loopClosed) {
      dispose();
    }
  }

  @Override
  void onEnd() {
    worker.remove(this);
    super.onEnd();
    Timer last = timer;
    if (last != null) {
      last.cancel();
    }
  }

  @Override
  boolean isLost() {
    Timer last = timer;
    return last != null && last.isCancelled();
  }
}
