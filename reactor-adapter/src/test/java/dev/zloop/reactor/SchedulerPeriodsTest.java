package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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

  @Test
  void aLatePeriodCatchesUpWithItsRate() {
    Held held = new Held();
    AtomicLong scheduledNanos = new AtomicLong();
    AtomicInteger ran = new AtomicInteger();
    AtomicBoolean caughtUp = new AtomicBoolean();
    Disposable task =
        scheduler.schedulePeriodically(
            () -> {
              if (ran.getAndIncrement() == 0) {
                held.run();
                return;
              }
              // The first was due by then at the latest: so many periods are over, or more.
              long over = (System.nanoTime() - scheduledNanos.get()) / MILLISECONDS.toNanos(5);
              caughtUp.compareAndSet(false, ran.get() > over);
            },
            0,
            5,
            MILLISECONDS);
    scheduledNanos.set(System.nanoTime());
    held.awaitBegun();
    Await.until(() -> System.nanoTime() - scheduledNanos.get() > MILLISECONDS.toNanos(40));
    held.release();
    Await.until(caughtUp::get);
    task.dispose();
  }

  @Test
  void aPeriodicTaskNeverOverlapsItself() {
    AtomicInteger running = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    CountDownLatch ended = new CountDownLatch(50);
    Disposable task =
        scheduler.schedulePeriodically(
            () -> {
              overlapped.compareAndSet(false, running.getAndIncrement() != 0);
              long startNanos = System.nanoTime();
              while (System.nanoTime() - startNanos < 20_000) {}
              running.getAndDecrement();
              ended.countDown();
            },
            0,
            1,
            NANOSECONDS);
    Await.down(ended);
    task.dispose();
    assertFalse(overlapped.get());
  }

  @Test
  void disposingTheWorkerEndsItsPeriods() {
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicInteger ran = new AtomicInteger();
    Disposable rate = worker.schedulePeriodically(ran::incrementAndGet, 0, 1, MILLISECONDS);
    Disposable instant = worker.schedulePeriodically(ran::incrementAndGet, 0, 0, MILLISECONDS);
    Await.until(() -> ran.get() >= 3);
    worker.dispose();
    assertTrue(rate.isDisposed());
    assertTrue(instant.isDisposed());
    Await.completion(scheduler.disposeGracefully());
  }
}
