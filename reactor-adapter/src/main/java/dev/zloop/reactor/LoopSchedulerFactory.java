package dev.zloop.reactor;

import dev.zloop.core.ZLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;

/**
 * Makes the schedulers that Reactor calls parallel and single, each on loops of its own, which run
 * on the threads that Reactor asked for. What is elastic stays Reactor's: it is for tasks that
 * block.
 */
final class LoopSchedulerFactory implements reactor.core.scheduler.Schedulers.Factory {

  /** The names that Reactor's own go by. */
  private static final String PARALLEL = "parallel";

  private static final String SINGLE = "single";

  /**
   * @throws UnsupportedOperationException if no backend can be had; the message says why
   */
  LoopSchedulerFactory() {
    ZLoop.builder().name("probe").build().close();
  }

  @Override
  public Scheduler newParallel(int parallelism, ThreadFactory threads) {
    if (parallelism < 1) {
      throw new IllegalArgumentException(
          "a parallel scheduler of " + parallelism + " loops, expected at least 1");
    }
    String size = Integer.toString(parallelism);
    return LoopScheduler.owning(nameOf(PARALLEL, size, threads), loops(parallelism, threads));
  }

  @Override
  public Scheduler newSingle(ThreadFactory threads) {
    return LoopScheduler.owning(nameOf(SINGLE, null, threads), loops(1, threads));
  }

  /**
   * As in {@code zloop.parallel(4,"parallel")}: Reactor's factories tell what threads are called.
   */
  private static String nameOf(String kind, String size, ThreadFactory threads) {
    List<String> details = new ArrayList<>(2);
    if (size != null) {
      details.add(size);
    }
    if (threads instanceof Supplier<?> prefix && prefix.get() instanceof String name) {
      details.add('"' + name + '"');
    }
    return "zloop." + kind + "(" + String.join(",", details) + ")";
  }

  private static List<ZLoop> loops(int size, ThreadFactory threads) {
    List<ZLoop> loops = new ArrayList<>(size);
    try {
      while (loops.size() < size) {
        loops.add(loop(threads));
      }
      return loops;
    } catch (Throwable error) {
      loops.forEach(ZLoop::close);
      throw error;
    }
  }

  /** A loop that is called what its thread is: so the thread comes first. */
  private static ZLoop loop(ThreadFactory threads) {
    LoopRun run = new LoopRun();
    Thread thread =
        Objects.requireNonNull(threads.newThread(run), "the thread factory made no thread");
    return ZLoop.builder()
        .name(thread.getName())
        .threadFactory(turns -> {
          run.turns = turns;
          return thread;
        })
        .build();
  }

  /**
   * What the thread does; the loop says so before it starts the thread. Netty's thread locals are
   * fast there, and removed at its end.
   */
  private static final class LoopRun implements Runnable {
    Runnable turns;

    @Override
    public void run() {
      if (Thread.currentThread() instanceof FastThreadLocalThread) {
        turns.run();
      } else {
        FastThreadLocalThread.runWithFastThreadLocal(turns);
      }
    }
  }
}
