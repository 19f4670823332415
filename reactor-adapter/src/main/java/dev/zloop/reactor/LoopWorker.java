package dev.zloop.reactor;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Predicate;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.Scannable;
import reactor.core.scheduler.Scheduler;

/**
 * A worker on one loop. Tasks for now are not kept track of: when they come to run they look
 * whether they still should. Delayed and periodic ones are, so that disposing the worker takes
 * their timers off the loop.
 */
final class LoopWorker implements Scheduler.Worker, Scannable {
  private static final AtomicIntegerFieldUpdater<LoopWorker> PENDING =
      AtomicIntegerFieldUpdater.newUpdater(LoopWorker.class, "pending");

  final Lane lane;

  /** How many tasks were accepted and have not ended: run, or been cancelled. */
  private volatile int pending;

  /** Written before the list of timed tasks is emptied; whoever adds one there looks again. */
  private volatile boolean disposed;

  /** The newest timed task of a doubly linked list. Guarded by this. */
  private TimedTask timed;

  LoopWorker(Lane lane) {
    this.lane = lane;
  }

  @Override
  public Disposable schedule(Runnable task) {
    LoopTask accepted = new LoopTask(this, onSchedule(task));
    accept();
    try {
      lane.loop.execute(accepted);
    } catch (RejectedExecutionException loopClosed) {
      accepted.dispose();
      throw loopClosed;
    }
    return accepted;
  }

  @Override
  public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
    return delay <= 0
        ? schedule(task)
        : accept(new TimedTask(this, onSchedule(task), TimedTask.ONCE), unit.toNanos(delay));
  }

  @Override
  public Disposable schedulePeriodically(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    long delayNanos = unit.toNanos(Math.max(0, initialDelay));
    long periodNanos = unit.toNanos(Math.max(0, period));
    return accept(new TimedTask(this, onSchedule(task), periodNanos), delayNanos);
  }

  private static Runnable onSchedule(Runnable task) {
    return Schedulers.onSchedule(requireNonNull(task, "task"));
  }

  private TimedTask accept(TimedTask task, long delayNanos) {
    accept();
    if (!add(task)) {
      task.dispose();
      throw Exceptions.failWithRejected();
    }
    try {
      task.start(delayNanos);
    } catch (RejectedExecutionException loopClosed) {
      task.dispose();
      throw loopClosed;
    }
    return task;
  }

  /** Counts a task in, if any are accepted. */
  private void accept() {
    lane.awake();
    countIn();
    if (disposed || !lane.scheduler.isOpen()) {
      onTaskEnded();
      throw Exceptions.failWithRejected();
    }
  }

  /** The lane knows that this worker is busy before anybody sees that it has a task. */
  private void countIn() {
    while (true) {
      int before = pending;
      if (before == 0) {
        lane.onBusy();
      }
      if (PENDING.compareAndSet(this, before, before + 1)) {
        return;
      }
      if (before == 0) {
        lane.onIdle();
      }
    }
  }

  /** A task that was counted in has run, or never will. Once a task, from any thread. */
  void onTaskEnded() {
    if (PENDING.decrementAndGet(this) == 0) {
      lane.onIdle();
    }
  }

  /** Whether tasks that have not begun are not to begin any more. */
  boolean isStopped() {
    return disposed || lane.scheduler.isStopped();
  }

  @Override
  public void dispose() {
    if (!disposed) {
      disposed = true;
      cancelTimed();
    }
  }

  @Override
  public boolean isDisposed() {
    return disposed;
  }

  // ---- timed tasks

  private synchronized boolean add(TimedTask task) {
    if (timed == null) {
      lane.onTimed(this);
    } else {
      timed.newer = task;
      task.older = timed;
    }
    timed = task;
    // After the task can be found: either who stops this worker finds it, or this sees the stop.
    return !disposed && lane.scheduler.isOpen();
  }

  synchronized void remove(TimedTask task) {
    if (task.newer != null) {
      task.newer.older = task.older;
    } else {
      timed = task.older;
    }
    if (task.older != null) {
      task.older.newer = task.newer;
    }
    task.newer = null;
    task.older = null;
    if (timed == null) {
      lane.onNoneTimed(this);
    }
  }

  void cancelTimed() {
    timedTasks(task -> true).forEach(LoopTask::dispose);
  }

  void cancelPeriodic() {
    timedTasks(TimedTask::isPeriodic).forEach(LoopTask::dispose);
  }

  private synchronized List<TimedTask> timedTasks(Predicate<TimedTask> which) {
    List<TimedTask> found = new ArrayList<>();
    for (TimedTask task = timed; task != null; task = task.older) {
      if (which.test(task)) {
        found.add(task);
      }
    }
    return found;
  }

  // ---- what it shows

  @Override
  @SuppressWarnings("rawtypes")
  public Object scanUnsafe(Attr key) {
    if (key == Attr.TERMINATED || key == Attr.CANCELLED) {
      return isDisposed();
    }
    if (key == Attr.BUFFERED) {
      return disposed ? 0 : pending;
    }
    if (key == Attr.CAPACITY) {
      return 1;
    }
    if (key == Attr.PARENT) {
      return lane.scheduler;
    }
    return key == Attr.NAME ? toString() : null;
  }

  @Override
  public String toString() {
    return lane.scheduler + ".worker(" + lane.loop.name() + ")";
  }
}
