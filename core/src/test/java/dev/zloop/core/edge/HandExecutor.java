package dev.zloop.core.edge;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;

/** An executor that does nothing by itself: the test's thread runs what it was given. */
final class HandExecutor implements Executor {
  final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs the next task, once there is one, on the caller's thread. */
  void runNext() throws InterruptedException {
    tasks.take().run();
  }
}
