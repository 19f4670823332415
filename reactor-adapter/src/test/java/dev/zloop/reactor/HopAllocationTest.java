package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** What it costs in memory to get onto a loop, and that it is no more than on Reactor's own. */
class HopAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 20;
  private static final int HOPS_A_ROUND = 2_000;

  /** A header, two references and the state, in whole words. */
  private static final long TASK_BYTES = 24;

  /** Ways to hop. */
  enum Hop {
    OF_A_WORKER {
      @Override
      Runnable on(Scheduler scheduler) {
        Scheduler.Worker worker = scheduler.createWorker();
        return () -> worker.schedule(NOTHING);
      }
    },
    OF_THE_SCHEDULER {
      @Override
      Runnable on(Scheduler scheduler) {
        return () -> scheduler.schedule(NOTHING);
      }
    },
    DELAYED {
      @Override
      Runnable on(Scheduler scheduler) {
        Scheduler.Worker worker = scheduler.createWorker();
        return () -> worker.schedule(NOTHING, 1, NANOSECONDS);
      }
    },
    OF_AN_OPERATOR {
      @Override
      Runnable on(Scheduler scheduler) {
        Flux<Integer> hopping = Flux.just(1).publishOn(scheduler);
        return hopping::subscribe;
      }
    };

    abstract Runnable on(Scheduler scheduler);
  }

  private static final Runnable NOTHING = () -> {};

  /** Runs hops, ends each round, and returns what this thread allocated for a hop at last. */
  private static double bytesAHop(Runnable hop, Runnable endOfRound) {
    long bytes = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < HOPS_A_ROUND; i++) {
        hop.run();
      }
      endOfRound.run();
      bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    return (double) bytes / HOPS_A_ROUND;
  }

  /** Both sides: this thread gives the tasks, and runs them. */
  private static double bytesAHopOnALoop(Function<Scheduler, Runnable> hop) {
    DrivenLoop driven = new DrivenLoop();
    Scheduler scheduler = Schedulers.fromZLoop(driven.loop);
    return bytesAHop(
        hop.apply(scheduler),
        () -> {
          driven.passUnnoticed(Duration.ofNanos(1));
          driven.turns();
        });
  }

  /** One side, which is less: this thread gives the tasks, and Reactor's runs them. */
  private static double bytesAHopOnReactors(Function<Scheduler, Runnable> hop) {
    Scheduler scheduler =
        reactor.core.scheduler.Schedulers.newSingle(
            task -> Thread.ofPlatform().daemon().unstarted(task));
    Scheduler.Worker last = scheduler.createWorker();
    double bytes = bytesAHop(hop.apply(scheduler), () -> Await.idle(last));
    scheduler.dispose();
    return bytes;
  }

  @ParameterizedTest
  @EnumSource
  void aHopAllocatesNoMoreThanOnReactorsOwn(Hop hop) {
    double ours = bytesAHopOnALoop(hop::on);
    double reactors = bytesAHopOnReactors(hop::on);
    assertTrue(ours <= reactors, ours + " bytes a hop, on Reactor's own " + reactors);
  }

  @ParameterizedTest
  @EnumSource(names = {"OF_A_WORKER", "OF_THE_SCHEDULER"})
  void aHopAllocatesOneTask(Hop hop) {
    double bytes = bytesAHopOnALoop(hop::on);
    assertTrue(bytes < TASK_BYTES + 1, bytes + " bytes a hop");
  }

  @Test
  void disposingATaskAllocatesNothing() {
    double bytes =
        bytesAHopOnALoop(scheduler -> {
          Scheduler.Worker worker = scheduler.createWorker();
          return () -> {
            Disposable task = worker.schedule(NOTHING);
            task.dispose();
          };
        });
    assertTrue(bytes < TASK_BYTES + 1, bytes + " bytes a hop");
  }
}
