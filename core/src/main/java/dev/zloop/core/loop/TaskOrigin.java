package dev.zloop.core.loop;

import java.util.Optional;

/**
 * A task that remembers who gave it to the loop. It costs a stack trace a task, so that the system
 * property {@code zloop.taskOrigins=true} has to ask for it.
 */
final class TaskOrigin implements Abandonable {
  static final boolean ON = Boolean.getBoolean("zloop.taskOrigins");

  /** Where a task was given to a loop. */
  static final class Given extends Throwable {
    private static final long serialVersionUID = 1L;

    Given(String loopName) {
      super("given to loop " + loopName + " by thread " + Thread.currentThread().getName());
    }
  }

  private final Runnable task;
  private final Given given;

  private TaskOrigin(Runnable task, Given given) {
    this.task = task;
    this.given = given;
  }

  /** A task as it is to be given to the loop by the calling thread. */
  static Runnable remember(Runnable task, EventLoop loop) {
    if (task instanceof TaskOrigin || task instanceof TimerTask) {
      return task; // has it already
    }
    if (loop.inLoop() && find(loop.progress().running()) instanceof TaskOrigin now) {
      if (now.task == task) {
        return now; // what gives itself again, as one with a period does, is from where it was
      }
    }
    return new TaskOrigin(task, new Given(loop.name()));
  }

  /** Where a callback comes from, if it is known. From any thread. */
  static Optional<Throwable> of(Object running) {
    return find(running) instanceof TaskOrigin origin
        ? Optional.of(origin.given)
        : Optional.empty();
  }

  /** Adds to what a callback threw where the callback comes from, once. On the loop's thread. */
  static void addTo(Throwable error, Object running) {
    if (find(running) instanceof TaskOrigin origin) {
      for (Throwable known : error.getSuppressed()) {
        if (known instanceof Given) {
          return;
        }
      }
      error.addSuppressed(origin.given);
    }
  }

  /** The task of users that a callback runs, or the callback. */
  static Object unwrap(Object running) {
    Object found = find(running);
    return found instanceof TaskOrigin origin ? origin.task : found;
  }

  private static Object find(Object running) {
    if (running instanceof TimerTask timer) {
      Runnable task = timer.task();
      return task != null ? task : timer;
    }
    return running;
  }

  @Override
  public void run() {
    task.run();
  }

  @Override
  public void abandon() {
    if (task instanceof Abandonable holder) {
      holder.abandon();
    }
  }

  @Override
  public String toString() {
    return task.toString();
  }
}
