package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** Tasks that run again and again. */
class SchedulerPeriodsTest extends SchedulerContract {

  @Test
  void aPeriodicTaskRunsAgainUntilItIsDisposed() {
    for (long period : new long[] {0, 1}) {
      AtomicInteger ran = new AtomicInteger();
      Scheduler.Worker worker = scheduler.createWorker();
      Disposable task =
          worker.schedulePeriodically(ran::incrementAndGet, period, period, MILLISECONDS);
      Await.until(() -> ran.get() >= 3);
      assertFalse(task.isDisposed());
      task.dispose();
      assertTrue(task.isDisposed());
      Await.idle(worker);
      int runs = ran.get();
      Await.idle(worker);
      Await.idle(worker);
      assertEquals(runs, ran.get());
    }
  }

  @Test
  void aPeriodicTaskMayDisposeItself() {
    for (long period : new long[] {0, 1}) {
      AtomicInteger ran = new AtomicInteger();
      AtomicReference<Disposable> task = new AtomicReference<>();
      task.set(
          scheduler.schedulePeriodically(
              () -> {
                Disposable self = task.get();
                if (self != null && ran.incrementAndGet() == 3) {
                  self.dispose();
                }
              },
              0,
              period,
              MILLISECONDS));
      Await.until(task.get()::isDisposed);
      Await.idle(scheduler.createWorker());
      Await.idle(scheduler.createWorker());
      assertEquals(3, ran.get());
    }
  }

  @Test
  void anInstantPeriodLeavesRoomForOthers() {
    Scheduler.Worker worker = scheduler.createWorker();
    Disposable instant = worker.schedulePeriodically(() -> {}, 0, 0, MILLISECONDS);
    for (int i = 0; i < 100; i++) {
      Await.idle(worker);
    }
    instant.dispose();
  }

  @Test
  void aPeriodicTaskGoesOnAfterItThrew() {
    AtomicInteger ran = new AtomicInteger();
    Disposable task =
        scheduler.schedulePeriodically(
            () -> {
              Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
              ran.incrementAndGet();
              throw new IllegalStateException("planted");
            },
            0,
            1,
            MILLISECONDS);
    Await.until(() -> ran.get() >= 3);
    task.dispose();
  }

  @Test
  void anInstantPeriodEndsWhenItsTaskThrows() {
    AtomicInteger ran = new AtomicInteger();
    Scheduler.Worker worker = scheduler.createWorker();
    worker.schedulePeriodically(
        () -> {
          Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
          ran.incrementAndGet();
          throw new IllegalStateException("planted");
        },
        0,
        0,
        MILLISECONDS);
    for (int i = 0; i < 10; i++) {
      Await.idle(worker);
    }
    assertEquals(1, ran.get());
  }
}
