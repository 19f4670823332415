package dev.zloop.reactor.pipeline;

import dev.zloop.core.Timer;
import dev.zloop.core.loop.Abandonable;
import dev.zloop.core.loop.EventLoop;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A task with a delay, and perhaps a period, as Netty's future over the loop's timers. */
final class LoopTimer<V> extends DefaultPromise<V> implements ScheduledFuture<V>, Abandonable {
  static final long ONCE = 0;

  /** Delays beyond this count as this: deadlines are compared by their difference. */
  private static final long DELAY_NANOS_MAX = Long.MAX_VALUE / 2;

  private final EventLoop loop;
  private final Callable<V> task;

  /** From start to start; if negative, from end to start; or once. */
  private final long periodNanos;

  /** By the loop's clock. */
  private long deadlineNanos;

  private Timer timer;

  LoopTimer(LoopExecutor executor, Callable<V> task, long periodNanos) {
    super(executor);
    this.loop = executor.loop;
    this.task = task;
    this.periodNanos = periodNanos;
  }

  /** From any thread; before anybody else has this future. */
  LoopTimer<V> startAfter(long delayNanos) {
    startAt(loop.nanoTime() + Math.clamp(delayNanos, 0, DELAY_NANOS_MAX));
    return this;
  }

  private void startAt(long nanos) {
    deadlineNanos = nanos;
    timer = loop.scheduleAt(this, nanos);
  }

  @Override
  public void run() {
    try {
      if (periodNanos == ONCE) {
        if (setUncancellable()) {
          setSuccess(task.call());
        }
      } else if (!isCancelled()) {
        task.call();
        if (!isCancelled()) {
          long last = periodNanos > 0 ? deadlineNanos : loop.nanoTime();
          startAgainAt(last + Math.min(Math.abs(periodNanos), DELAY_NANOS_MAX));
        }
      }
    } catch (Throwable error) {
      tryFailure(error);
    }
  }

  private void startAgainAt(long nanos) {
    try {
      startAt(nanos);
    } catch (RejectedExecutionException loopCloses) {
      super.cancel(false);
    }
  }

  /** The loop has ended before: whoever waits for this is told. */
  @Override
  public void abandon() {
    super.cancel(false);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      timer.cancel(); // of a period, perhaps the last one's: then the next finds itself cancelled
    }
    return cancelled;
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return unit.convert(deadlineNanos - loop.nanoTime(), TimeUnit.NANOSECONDS);
  }

  @Override
  public int compareTo(Delayed other) {
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }
}
