package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.scheduler.Scheduler;

/** What users hook into all schedulers. */
class SchedulerHooksTest extends SchedulerContract {

  @Test
  void theScheduleHookWrapsEachTaskOnce() {
    AtomicInteger wrapped = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    Runnable task = ran::incrementAndGet;
    Schedulers.onScheduleHook(
        "contract",
        hooked -> {
          if (hooked != task) {
            return hooked;
          }
          wrapped.incrementAndGet();
          return () -> {
            ran.addAndGet(100);
            hooked.run();
          };
        });
    try {
      Scheduler.Worker worker = scheduler.createWorker();
      scheduler.schedule(task);
      scheduler.schedule(task, 1, NANOSECONDS);
      worker.schedule(task);
      worker.schedule(task, 1, NANOSECONDS);
      worker.schedulePeriodically(task, 0, 1, HOURS);
    } finally {
      Schedulers.resetOnScheduleHook("contract");
    }
    assertEquals(5, wrapped.get());
    Await.until(() -> ran.get() == 505);
  }

  @Test
  void severalScheduleHooksWrapInTheirOrder() {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    for (String name : List.of("inner", "outer")) {
      Schedulers.onScheduleHook(
          name,
          task ->
              () -> {
                order.add(name);
                task.run();
              });
    }
    try {
      scheduler.schedule(() -> order.add("task"));
      Await.until(() -> order.size() == 3);
    } finally {
      Schedulers.resetOnScheduleHook("inner");
      Schedulers.resetOnScheduleHook("outer");
    }
    assertEquals(List.of("outer", "inner", "task"), order);
  }

  @Test
  void aScheduleHookThatThrowsFailsTheCallAndLeavesNothingBehind() {
    IllegalStateException planted = new IllegalStateException("planted");
    Scheduler.Worker worker = scheduler.createWorker();
    Schedulers.onScheduleHook(
        "contract",
        task -> {
          throw planted;
        });
    try {
      for (Function<Runnable, Disposable> way : ways(worker)) {
        assertSame(planted, assertThrows(IllegalStateException.class, () -> way.apply(() -> {})));
      }
    } finally {
      Schedulers.resetOnScheduleHook("contract");
    }
    assertEquals(0, Scannable.from(worker).scan(Attr.BUFFERED));
    Await.completion(scheduler.disposeGracefully());
  }

  @Test
  void aPeriodicTaskIsWrappedOnceForAllItsRuns() {
    AtomicInteger wrapped = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    Runnable task = ran::incrementAndGet;
    Schedulers.onScheduleHook(
        "contract",
        hooked -> {
          if (hooked == task) {
            wrapped.incrementAndGet();
          }
          return hooked;
        });
    try {
      scheduler.schedulePeriodically(task, 0, 1, MILLISECONDS);
      Await.until(() -> ran.get() >= 3);
    } finally {
      Schedulers.resetOnScheduleHook("contract");
    }
    assertEquals(1, wrapped.get());
  }
}
