package dev.zloop.core.loop;

import java.util.concurrent.RejectedExecutionException;

/**
 * The way off the loop for what would block it: every piece of blocking work of the engine is
 * handed over here. A class of its own, so that whoever watches for blocking calls can allow this
 * one, in which a thread pool may take a lock for a few instructions; {@link Work#run} is the
 * exception from that, since an executor may run it at once, where it must not block either.
 */
public final class Offload {
  private Offload() {}

  /**
   * Hands work to a loop's executor.
   *
   * @throws RejectedExecutionException if the executor refuses it, for whatever reason, or fails;
   *     the message names the loop and has the executor's reason
   */
  static void handOver(EventLoop loop, Runnable task) {
    try {
      loop.executor().execute(new Work(task));
    } catch (Throwable refused) { // such as an OutOfMemoryError for want of threads
      String why = refused instanceof RejectedExecutionException said ? said.getMessage() : null;
      throw new RejectedExecutionException(
          "the executor of loop " + loop.name() + " refuses work: " + (why != null ? why : refused),
          refused);
    }
  }

  /** A task that has left the loop. */
  record Work(Runnable task) implements Runnable {
    @Override
    public void run() {
      task.run();
    }

    @Override
    public String toString() {
      return task.toString();
    }
  }
}
