package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** Tasks that are given to a scheduler, one by one. */
class SchedulerTasksTest extends SchedulerContract {

  @Test
  void nothingRunsWithinSchedule() {
    Scheduler.Worker worker = scheduler.createWorker();
    ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
    CountDownLatch end = new CountDownLatch(1);
    worker.schedule(() -> {
      worker.schedule(() -> events.add("now"));
      worker.schedule(() -> events.add("delay 0"), 0, HOURS);
      worker.schedule(() -> events.add("delay -1"), -1, HOURS);
      worker.schedulePeriodically(() -> events.add("periodic"), 0, 1, HOURS);
      worker.schedule(end::countDown);
      events.add("scheduled");
    });
    Await.down(end);
    assertEquals(
        List.of("scheduled", "now", "delay 0", "delay -1", "periodic"), List.copyOf(events));
  }

  @Test
  void nullIsRefused() {
    assumeTrue(kind.isOurs(), "Reactor's own fail only when they run it");
    for (Function<Runnable, Disposable> way : ways()) {
      assertThrows(NullPointerException.class, () -> way.apply(null));
    }
  }

  @Test
  void aTaskIsDisposedWhenItHasRun() {
    Disposable now = scheduler.schedule(() -> {});
    Disposable later = scheduler.schedule(() -> {}, 1, NANOSECONDS);
    Scheduler.Worker worker = scheduler.createWorker();
    Disposable onWorker = worker.schedule(() -> {});
    Disposable laterOnWorker = worker.schedule(() -> {}, 1, NANOSECONDS);
    for (Disposable task : List.of(now, later, onWorker, laterOnWorker)) {
      Await.until(task::isDisposed);
    }
  }

  @Test
  void aTaskThatRunsIsNotDisposedButCanBe() {
    for (Function<Runnable, Disposable> way :
        List.<Function<Runnable, Disposable>>of(
            scheduler::schedule, scheduler.createWorker()::schedule)) {
      Held held = new Held();
      Disposable task = way.apply(held);
      held.awaitBegun();
      assertFalse(task.isDisposed());
      task.dispose();
      assertTrue(task.isDisposed());
      held.release();
      Await.until(held::hasEnded);
      assertTrue(task.isDisposed());
    }
  }

  @Test
  void aTaskDisposedBeforeItBeganDoesNotRun() {
    List<Held> held = holdAllThreads();
    AtomicInteger ran = new AtomicInteger();
    Scheduler.Worker worker = scheduler.createWorker();
    List<Disposable> tasks = new ArrayList<>();
    ways().forEach(way -> tasks.add(way.apply(ran::incrementAndGet)));
    ways(worker).forEach(way -> tasks.add(way.apply(ran::incrementAndGet)));
    tasks.forEach(task -> assertFalse(task.isDisposed()));
    tasks.forEach(Disposable::dispose);
    tasks.forEach(Disposable::dispose);
    tasks.forEach(task -> assertTrue(task.isDisposed()));
    held.forEach(Held::release);
    Await.completion(scheduler.disposeGracefully());
    assertEquals(0, ran.get());
  }

  @Test
  void aDisposedTaskIsNotInterruptedOnALoop() {
    assumeTrue(kind.isOurs(), "Reactor's own interrupt");
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean disposed = new AtomicBoolean();
    Disposable task =
        scheduler.schedule(() -> {
          begun.countDown();
          while (!disposed.get()) {}
          interrupted.set(Thread.currentThread().isInterrupted());
        });
    Await.down(begun);
    task.dispose();
    scheduler.dispose();
    disposed.set(true);
    Await.until(() -> interrupted.get() != null);
    assertFalse(interrupted.get());
  }

  @Test
  void aTaskMayDisposeItself() {
    Scheduler.Worker worker = scheduler.createWorker();
    for (Function<Runnable, Disposable> way :
        List.<Function<Runnable, Disposable>>of(
            scheduler::schedule,
            worker::schedule,
            task -> scheduler.schedule(task, 1, MILLISECONDS),
            task -> worker.schedule(task, 1, MILLISECONDS))) {
      AtomicReference<Disposable> self = new AtomicReference<>();
      AtomicBoolean interrupted = new AtomicBoolean(true);
      AtomicBoolean ended = new AtomicBoolean();
      Disposable task =
          way.apply(() -> {
            while (self.get() == null) {}
            self.get().dispose();
            interrupted.set(Thread.currentThread().isInterrupted());
            ended.set(true);
          });
      self.set(task);
      Await.until(ended::get);
      assertTrue(task.isDisposed());
      assertFalse(interrupted.get());
    }
  }
}
