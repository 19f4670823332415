package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
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
}
