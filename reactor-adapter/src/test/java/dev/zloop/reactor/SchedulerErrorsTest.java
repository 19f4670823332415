package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
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

  @Test
  void fatalErrorsAreReportedAsOthersAndTheThreadGoesOn() {
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicReference<Thread> thread = new AtomicReference<>();
    for (Throwable planted :
        List.of(
            new InternalError("planted"),
            new NoClassDefFoundError("planted"),
            new AssertionError("planted"),
            Exceptions.bubble(new IllegalStateException("planted")),
            Exceptions.errorCallbackNotImplemented(new IllegalStateException("planted")))) {
      ConcurrentLinkedQueue<Throwable> heard = new ConcurrentLinkedQueue<>();
      Schedulers.onHandleError("contract", (where, error) -> heard.add(error));
      try {
        worker.schedule(() -> {
          thread.set(Thread.currentThread());
          Thread.currentThread().setUncaughtExceptionHandler((where, error) -> heard.add(error));
          SchedulerErrorsTest.<RuntimeException>rethrow(planted);
        });
        Await.until(() -> heard.size() == 2);
      } finally {
        Schedulers.resetOnHandleError("contract");
      }
      Throwable expected = Exceptions.unwrap(planted);
      heard.forEach(error -> assertSame(expected, error));
      AtomicReference<Thread> next = new AtomicReference<>();
      worker.schedule(() -> next.set(Thread.currentThread()));
      Await.until(() -> next.get() != null);
      assertSame(thread.get(), next.get());
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void rethrow(Throwable error) throws T {
    throw (T) error;
  }

  @Test
  void fatalErrorsInOperatorsReachTheHookAndNoSubscriber() {
    Error planted = new InternalError("planted");
    AtomicReference<Throwable> heard = new AtomicReference<>();
    AtomicReference<Throwable> signalled = new AtomicReference<>();
    Schedulers.onHandleError("contract", (where, error) -> heard.set(error));
    try {
      Flux.just(1)
          .hide()
          .publishOn(scheduler)
          .doOnNext(i -> {
            Thread.currentThread().setUncaughtExceptionHandler((where, error) -> {});
            throw planted;
          })
          .subscribe(null, signalled::set);
      Await.until(() -> heard.get() != null);
    } finally {
      Schedulers.resetOnHandleError("contract");
    }
    assertSame(planted, heard.get());
    assertNull(signalled.get());
  }

  @Test
  void whatTheHookThrowsEndsNoThread() {
    Scheduler.Worker worker = scheduler.createWorker();
    CountDownLatch hooked = new CountDownLatch(1);
    Schedulers.onHandleError(
        "contract",
        (where, error) -> {
          hooked.countDown();
          throw new IllegalStateException("the hook fails");
        });
    try {
      worker.schedule(() -> {
        Thread.currentThread().setUncaughtExceptionHandler((where, error) -> {});
        throw new IllegalStateException("planted");
      });
      Await.down(hooked);
      Await.idle(worker);
    } finally {
      Schedulers.resetOnHandleError("contract");
    }
  }
}
