package dev.zloop.reactor;

import dev.zloop.core.loop.Abandonable;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A task to run once, now: what the loop runs, and what the one who scheduled it may dispose.
 *
 * <pre>
 *   pending -> running -> done
 *   pending, running -> disposed
 * </pre>
 */
class LoopTask implements Abandonable, Disposable {
  private static final int PENDING = 0;
  private static final int RUNNING = 1;
  private static final int DONE = 2;
  private static final int DISPOSED = 3;

  private static final AtomicIntegerFieldUpdater<LoopTask> STATE =
      AtomicIntegerFieldUpdater.newUpdater(LoopTask.class, "state");

  /** Hands what a task threw to {@link #report}. */
  private static final Scheduler CALLER = Schedulers.single(Schedulers.immediate());

  final LoopWorker worker;
  private final Runnable task;

  private volatile int state;

  LoopTask(LoopWorker worker, Runnable task) {
    this.worker = worker;
    this.task = task;
  }

  /** On the loop. */
  @Override
  public void run() {
    if (begin()) {
      try {
        runTask();
      } finally {
        end();
      }
    }
  }

  /** Whether the task may run now; then {@link #end} or {@link #pause} must follow. */
  final boolean begin() {
    if (worker.isStopped()) {
      dispose();
    }
    return STATE.compareAndSet(this, PENDING, RUNNING);
  }

  /**
   * Runs the user's task.
   *
   * @return whether it returned, and did not throw
   */
  final boolean runTask() {
    try {
      task.run();
      return true;
    } catch (Throwable error) {
      worker.lane.loop.addOriginTo(error);
      report(error);
      return false;
    }
  }

  /** Makes a running task pending again; false if it was disposed meanwhile and has to end. */
  final boolean pause() {
    return STATE.compareAndSet(this, RUNNING, PENDING);
  }

  /** Ends a running task. */
  final void end() {
    STATE.compareAndSet(this, RUNNING, DONE);
    onEnd();
  }

  /** Takes the task back, if it has not begun. One that runs is not interrupted. */
  @Override
  public final void dispose() {
    int seen;
    do {
      seen = state;
      if (seen >= DONE) {
        return;
      }
    } while (!STATE.compareAndSet(this, seen, DISPOSED));
    if (seen == PENDING) {
      onEnd();
    }
  }

  @Override
  public final boolean isDisposed() {
    return state >= DONE || worker.isStopped() || isLost();
  }

  @Override
  public final void abandon() {
    dispose();
  }

  /** Called once: the task has run to its end, or never will. */
  void onEnd() {
    worker.onTaskEnded();
  }

  /** Whether the loop closed before the task was due. */
  boolean isLost() {
    return false;
  }

  final boolean isTakenBack() {
    return state == DISPOSED;
  }

  /**
   * Reports as Reactor's own schedulers do: to the thread's handler, then to the hook of {@code
   * Schedulers.onHandleError}. The method that does so is private to Reactor, but it is what
   * catches the exceptions of a worker on an executor; this one's executor is the caller's thread,
   * and as it is a scheduler too, no {@code onScheduleHook} is applied.
   */
  private static void report(Throwable error) {
    CALLER.createWorker().schedule(() -> LoopTask.<RuntimeException>rethrow(error));
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void rethrow(Throwable error) throws T {
    throw (T) error;
  }

  /** For whoever reports that a loop will not run it. */
  @Override
  public String toString() {
    return task.toString();
  }
}
