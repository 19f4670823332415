package dev.zloop.reactor.pipeline;

import dev.zloop.core.loop.EventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Takes what one TLS engine may not do on the loop to where that may be done, and knows on the loop
 * whether some of it is still to come back: until then, bytes that have arrived may not have been
 * looked at.
 */
final class DelegatedTasks implements Executor {
  private final EventLoop loop;
  private final Runnable idle;

  /** Of the loop's thread. */
  private int running;

  /**
   * @param idle called on the loop when none is running any more, after what it led to
   */
  DelegatedTasks(EventLoop loop, Runnable idle) {
    this.loop = loop;
    this.idle = idle;
  }

  boolean areRunning() {
    return running > 0;
  }

  /** On the loop. */
  @Override
  public void execute(Runnable task) {
    loop.offload(() -> {
      try {
        task.run();
      } finally {
        comeBack();
      }
    });
    running++;
  }

  private void comeBack() {
    try {
      loop.execute(() -> {
        running--;
        if (running == 0) {
          idle.run();
        }
      });
    } catch (RejectedExecutionException closed) {
      // and with the loop, the connection
    }
  }
}
