package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;

/** What becomes of what a task throws. */
class SchedulerErrorsTest extends SchedulerContract {

  @Test
  void errorsReachTheThreadsHandlerAndThenReactorsHook() {
    Scheduler.Worker worker = scheduler.createWorker();
    RuntimeException planted = new IllegalStateException("planted");
    for (Function<Runnable, Disposable> way :
        List.<Function<Runnable, Disposable>>of(
            worker::schedule,
            task -> worker.schedule(task, 1, NANOSECONDS),
            task -> worker.schedulePeriodically(task, 0, 1, HOURS),
            task -> worker.schedulePeriodically(task, 0, 0, HOURS),
            scheduler::schedule,
            task -> scheduler.schedule(task, 1, NANOSECONDS))) {
      ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
      AtomicReference<Thread> ranOn = new AtomicReference<>();
      AtomicInteger hooked = new AtomicInteger();
      Schedulers.onScheduleHook(
          "contract",
          task -> {
            hooked.incrementAndGet();
            return task;
          });
      Schedulers.onHandleError(
          "contract",
          (thread, error) -> heard.add("hook " + (thread == ranOn.get() && error == planted)));
      try {
        way.apply(() -> {
          ranOn.set(Thread.currentThread());
          Thread.currentThread()
              .setUncaughtExceptionHandler((thread, error) ->
                  heard.add("handler " + (thread == Thread.currentThread() && error == planted)));
          throw planted;
        });
        Await.until(() -> heard.size() == 2);
      } finally {
        Schedulers.resetOnHandleError("contract");
        Schedulers.resetOnScheduleHook("contract");
      }
      assertEquals(List.of("handler true", "hook true"), List.copyOf(heard));
      assertEquals(1, hooked.get());
    }
    Await.idle(worker);
  }

  @Test
  void checkedErrorsAreReportedUnwrapped() {
    Exception planted = new Exception("planted");
    AtomicReference<Throwable> heard = new AtomicReference<>();
    scheduler.schedule(() -> {
      Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> heard.set(error));
      throw Exceptions.propagate(planted);
    });
    Await.until(() -> heard.get() != null);
    assertSame(planted, heard.get());
  }
}
