package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;

class HopAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 50;
  private static final int HOPS_A_ROUND = 2_000;

  /** A header, two references and the state, in whole words. */
  private static final long TASK_BYTES = 24;

  /** Runs hops and turns, and returns what the last rounds allocated for a hop. */
  private static double bytesAHop(DrivenLoop driven, Runnable hop) {
    long bytes = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < HOPS_A_ROUND; i++) {
        hop.run();
      }
      driven.turn();
      bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    return (double) bytes / HOPS_A_ROUND;
  }

  @Test
  void aHopAllocatesOneTask() {
    DrivenLoop driven = new DrivenLoop();
    Scheduler.Worker worker = Schedulers.fromZLoop(driven.loop).createWorker();
    Runnable task = () -> {};
    double bytes = bytesAHop(driven, () -> worker.schedule(task));
    assertTrue(bytes < TASK_BYTES + 1, bytes + " bytes a hop");
  }

  @Test
  void aHopOfTheSchedulerItselfAllocatesOneTask() {
    DrivenLoop driven = new DrivenLoop();
    Scheduler scheduler = Schedulers.fromZLoop(driven.loop);
    Runnable task = () -> {};
    double bytes = bytesAHop(driven, () -> scheduler.schedule(task));
    assertTrue(bytes < TASK_BYTES + 1, bytes + " bytes a hop");
  }
}
