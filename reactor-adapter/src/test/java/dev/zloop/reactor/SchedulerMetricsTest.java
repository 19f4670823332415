package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.observability.micrometer.Micrometer;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** Micrometer's wrapping of a scheduler. */
class SchedulerMetricsTest extends SchedulerContract {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private Scheduler timed() {
    return Micrometer.timedScheduler(scheduler, registry, "test");
  }

  private double submitted(String type) {
    return registry
        .get("test.scheduler.tasks.submitted")
        .tag("submission.type", type)
        .counter()
        .count();
  }

  private long completed() {
    return registry.get("test.scheduler.tasks.completed").timer().count();
  }

  private int tasks(String kind) {
    return registry.get("test.scheduler.tasks." + kind).longTaskTimer().activeTasks();
  }

  @Test
  void tasksOfEachKindAreCounted() {
    Scheduler timed = timed();
    Scheduler.Worker worker = timed.createWorker();
    timed.schedule(() -> {});
    worker.schedule(() -> {});
    timed.schedule(() -> {}, 1, NANOSECONDS);
    worker.schedule(() -> {}, 1, NANOSECONDS);
    Await.until(() -> completed() == 4);
    AtomicInteger ticks = new AtomicInteger();
    Disposable periodic = worker.schedulePeriodically(ticks::incrementAndGet, 0, 1, MILLISECONDS);
    Await.until(() -> ticks.get() >= 3);
    periodic.dispose();
    assertEquals(2, submitted("direct"));
    assertEquals(2, submitted("delayed"));
    assertEquals(1, submitted("periodic_initial"));
    assertTrue(submitted("periodic_iteration") >= 2);
  }

  @Test
  void whatRunsAndWhatWaitsIsShown() {
    Scheduler timed = timed();
    Held held = new Held();
    Scheduler.Worker worker = timed.createWorker();
    worker.schedule(held);
    held.awaitBegun();
    worker.schedule(() -> {});
    worker.schedule(() -> {}, 1, HOURS);
    assertEquals(1, tasks("active"));
    assertEquals(2, tasks("pending"));
    held.release();
    Await.until(() -> tasks("active") == 0 && tasks("pending") == 1);
    worker.dispose();
  }

  @Test
  void operatorsRunOnItInOrder() {
    Scheduler timed = timed();
    assertEquals(
        List.of(0, 1, 2),
        Flux.range(0, 3)
            .publishOn(timed)
            .delayElements(Duration.ofNanos(1), timed)
            .collectList()
            .block(Await.PATIENCE));
    assertTrue(completed() >= 4);
  }

  @Test
  void itEndsWithWhatItWraps() {
    Scheduler timed = timed();
    Scheduler.Worker worker = timed.createWorker();
    Disposable pending = worker.schedule(() -> {}, 1, HOURS);
    assertFalse(timed.isDisposed());
    timed.dispose();
    assertTrue(scheduler.isDisposed());
    assertTrue(timed.isDisposed());
    assertThrows(RejectedExecutionException.class, () -> timed.schedule(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> worker.schedule(() -> {}));
    pending.dispose();
    assertTrue(pending.isDisposed());
  }
}
