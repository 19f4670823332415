package dev.zloop.core;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where loops send blocking work by default: name resolution, files, and what TLS may not do on a
 * loop. Threads and queue are bounded; idle threads end, and none keeps the JVM alive.
 */
final class BlockingPool implements Executor {
  static final NumberProperty THREADS = new NumberProperty("zloop.blocking.threads", 1, 1024, 16);

  static final NumberProperty QUEUE =
      new NumberProperty("zloop.blocking.queue", 1, 1_000_000, 10_000);

  /** Null until the first loop is made that needs it. Guarded by the class. */
  private static BlockingPool shared;

  private final AtomicInteger started = new AtomicInteger();
  private final ThreadPoolExecutor pool;

  BlockingPool(int threads, int queue) {
    pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(queue),
            this::newThread,
            (task, full) -> refuse(threads, queue));
    pool.allowCoreThreadTimeOut(true);
  }

  /**
   * The one that all loops share.
   *
   * @throws IllegalArgumentException if a property is no number, or out of its range
   */
  static synchronized BlockingPool shared() {
    if (shared == null) {
      shared = new BlockingPool((int) THREADS.get(), (int) QUEUE.get());
    }
    return shared;
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
  }

  private Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "zloop-blocking-" + started.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /** It is never shut down, so that it refuses only when it is full. */
  private static void refuse(int threads, int queue) {
    throw new RejectedExecutionException(
        "all "
            + threads
            + " threads for blocking work (zloop-blocking-N) are busy and "
            + queue
            + " tasks wait for them; find out what keeps them, raise "
            + THREADS.name()
            + " or "
            + QUEUE.name()
            + ", or build loops with an executor of their own");
  }
}
