package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** What every scheduler promises: where Reactor's own keep a rule too, the rule is right. */
@ParameterizedClass
@EnumSource
class SchedulerContractTest {
  @Parameter SchedulerKind kind;

  private SchedulerKind.Subject subject;
  private Scheduler scheduler;

  @BeforeEach
  void open() {
    subject = kind.open();
    scheduler = subject.scheduler();
  }

  @AfterEach
  void close() {
    scheduler.dispose();
    subject.end().run();
  }

  /** Occupies every thread of the scheduler; release and the tasks behind them run. */
  private List<Held> holdAllThreads() {
    return Stream.generate(
            () -> {
              Held held = new Held();
              scheduler.createWorker().schedule(held);
              return held.awaitBegun();
            })
        .limit(kind.threads())
        .toList();
  }

  /** Each way to give a task to a worker, or to the scheduler. */
  private static List<Function<Runnable, Disposable>> ways(Scheduler.Worker worker) {
    return List.of(
        worker::schedule,
        task -> worker.schedule(task, 1, NANOSECONDS),
        task -> worker.schedule(task, 1, HOURS),
        task -> worker.schedulePeriodically(task, 0, 1, HOURS),
        task -> worker.schedulePeriodically(task, 1, 1, HOURS),
        task -> worker.schedulePeriodically(task, 0, 0, HOURS));
  }

  private List<Function<Runnable, Disposable>> ways() {
    return List.of(
        scheduler::schedule,
        task -> scheduler.schedule(task, 1, NANOSECONDS),
        task -> scheduler.schedule(task, 1, HOURS),
        task -> scheduler.schedulePeriodically(task, 0, 1, HOURS),
        task -> scheduler.schedulePeriodically(task, 1, 1, HOURS),
        task -> scheduler.schedulePeriodically(task, 0, 0, HOURS));
  }

  // ---- its life

  @Test
  void aFreshSchedulerIsNotDisposed() {
    assertFalse(scheduler.isDisposed());
  }

  @Test
  void initMayBeRepeated() {
    scheduler.init();
    scheduler.init();
    assertFalse(scheduler.isDisposed());
  }

  @Test
  void initAfterDisposeIsRefused() {
    scheduler.dispose();
    assertThrows(IllegalStateException.class, scheduler::init);
  }

  @Test
  void initAfterGracefulDisposeIsRefused() {
    Await.completion(scheduler.disposeGracefully());
    assertThrows(IllegalStateException.class, scheduler::init);
  }

  @Test
  void disposeMayBeRepeated() {
    scheduler.dispose();
    scheduler.dispose();
    assertTrue(scheduler.isDisposed());
    Await.completion(scheduler.disposeGracefully());
  }

  @Test
  void schedulingAfterDisposeIsRefused() {
    Scheduler.Worker before = scheduler.createWorker();
    scheduler.dispose();
    Scheduler.Worker after = scheduler.createWorker();
    Stream.of(ways(), ways(before), ways(after))
        .flatMap(List::stream)
        .forEach(way -> assertThrows(RejectedExecutionException.class, () -> way.apply(() -> {})));
  }

  @Test
  void disposingCancelsWhatIsPending() {
    List<Held> held = holdAllThreads();
    AtomicInteger ran = new AtomicInteger();
    ways().forEach(way -> way.apply(ran::incrementAndGet));
    ways(scheduler.createWorker()).forEach(way -> way.apply(ran::incrementAndGet));
    scheduler.dispose();
    held.forEach(Held::release);
    Await.completion(scheduler.disposeGracefully());
    assertEquals(0, ran.get());
  }

  @Test
  void gracefulDisposalBeginsWithSubscription() {
    Mono<Void> notSubscribed = scheduler.disposeGracefully();
    assertFalse(scheduler.isDisposed());
    Await.completion(notSubscribed);
    assertTrue(scheduler.isDisposed());
  }

  @Test
  void gracefulDisposalRunsWhatWasAccepted() {
    List<Held> held = holdAllThreads();
    AtomicInteger ran = new AtomicInteger();
    Scheduler.Worker worker = scheduler.createWorker();
    scheduler.schedule(ran::incrementAndGet);
    worker.schedule(ran::incrementAndGet);
    scheduler.schedule(ran::incrementAndGet, 1, MILLISECONDS);
    worker.schedule(ran::incrementAndGet, 1, MILLISECONDS);
    AtomicBoolean done = new AtomicBoolean();
    scheduler.disposeGracefully().subscribe(null, null, () -> done.set(true));
    assertThrows(RejectedExecutionException.class, () -> scheduler.schedule(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> worker.schedule(() -> {}));
    held.forEach(Held::release);
    Await.until(done::get);
    assertEquals(4, ran.get());
  }

  @Test
  void gracefulDisposalEndsPeriodicTasks() {
    CountDownLatch begun = new CountDownLatch(3);
    scheduler.schedulePeriodically(begun::countDown, 0, 1, MILLISECONDS);
    scheduler.createWorker().schedulePeriodically(begun::countDown, 0, 1, MILLISECONDS);
    Await.down(begun);
    Await.completion(scheduler.disposeGracefully());
  }

  @Test
  void gracefulDisposalWaitsForTheTaskThatRuns() {
    Held held = new Held();
    scheduler.schedule(held);
    held.awaitBegun();
    AtomicBoolean done = new AtomicBoolean();
    AtomicBoolean doneForTheSecond = new AtomicBoolean();
    scheduler.disposeGracefully().subscribe(null, null, () -> done.set(held.hasEnded()));
    scheduler
        .disposeGracefully()
        .subscribe(null, null, () -> doneForTheSecond.set(held.hasEnded()));
    held.release();
    Await.until(() -> done.get() && doneForTheSecond.get());
    Await.completion(scheduler.disposeGracefully());
  }

  @Test
  void aGracefulDisposalCanBecomeAForcedOne() {
    scheduler.schedule(() -> {}, 1, HOURS);
    AtomicBoolean done = new AtomicBoolean();
    scheduler.disposeGracefully().subscribe(null, null, () -> done.set(true));
    assertFalse(done.get());
    scheduler.dispose();
    Await.until(done::get);
  }

  // ---- tasks

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

  // ---- periods

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

  // ---- workers

  @Test
  void aWorkerRunsTasksInTheOrderInWhichAThreadGaveThem() {
    Scheduler.Worker worker = scheduler.createWorker();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    IntStream.range(0, 10_000).forEach(i -> worker.schedule(() -> order.add(i)));
    Await.idle(worker);
    assertEquals(IntStream.range(0, 10_000).boxed().toList(), order);
  }

  @Test
  void delaysThatAreNotPositiveMeanNow() {
    Scheduler.Worker worker = scheduler.createWorker();
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    worker.schedule(() -> order.add("1"));
    worker.schedule(() -> order.add("2"), 0, HOURS);
    worker.schedule(() -> order.add("3"), -1, HOURS);
    worker.schedule(() -> order.add("4"), Long.MIN_VALUE, HOURS);
    worker.schedulePeriodically(() -> order.add("5"), 0, 1, HOURS);
    worker.schedule(() -> order.add("6"));
    Await.idle(worker);
    assertEquals(List.of("1", "2", "3", "4", "5", "6"), order);
  }

  @Test
  void aWorkersTasksNeverOverlapAndStayOnOneThread() {
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicInteger running = new AtomicInteger();
    Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
    AtomicBoolean overlapped = new AtomicBoolean();
    CountDownLatch ended = new CountDownLatch(4_000);
    Runnable task =
        () -> {
          overlapped.compareAndSet(false, running.getAndIncrement() != 0);
          threads.add(Thread.currentThread());
          running.getAndDecrement();
          ended.countDown();
        };
    List<Thread> givers =
        IntStream.range(0, 4)
            .mapToObj(giver ->
                Thread.ofPlatform()
                    .start(() -> {
                      for (int i = 0; i < 500; i++) {
                        worker.schedule(task);
                        worker.schedule(task, giver, NANOSECONDS);
                      }
                    }))
            .toList();
    Await.down(ended);
    Await.until(() -> givers.stream().noneMatch(Thread::isAlive));
    assertFalse(overlapped.get());
    assertEquals(1, threads.size());
  }

  @Test
  void workersTakeTheThreadsInTurn() {
    Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
    CountDownLatch ended = new CountDownLatch(kind.threads());
    for (int i = 0; i < kind.threads(); i++) {
      scheduler
          .createWorker()
          .schedule(() -> {
            threads.add(Thread.currentThread());
            ended.countDown();
          });
    }
    Await.down(ended);
    assertEquals(kind.threads(), threads.size());
  }

  @Test
  void aDisposedWorkerRefusesWithReactorsInstance() {
    Scheduler.Worker worker = scheduler.createWorker();
    assertFalse(worker.isDisposed());
    worker.dispose();
    worker.dispose();
    assertTrue(worker.isDisposed());
    for (Function<Runnable, Disposable> way : ways(worker)) {
      assertSame(
          Exceptions.failWithRejected(),
          assertThrows(RejectedExecutionException.class, () -> way.apply(() -> {})));
    }
  }

  @Test
  void disposingAWorkerCancelsWhatIsPendingThereAndNowhereElse() {
    List<Held> held = holdAllThreads();
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger ranElsewhere = new AtomicInteger();
    Scheduler.Worker worker = scheduler.createWorker();
    Scheduler.Worker other = scheduler.createWorker();
    List<Disposable> tasks = new ArrayList<>();
    ways(worker).forEach(way -> tasks.add(way.apply(ran::incrementAndGet)));
    other.schedule(ranElsewhere::incrementAndGet);
    other.schedule(ranElsewhere::incrementAndGet, 1, NANOSECONDS);
    scheduler.schedule(ranElsewhere::incrementAndGet);
    worker.dispose();
    tasks.forEach(task -> assertTrue(task.isDisposed()));
    held.forEach(Held::release);
    Await.completion(scheduler.disposeGracefully());
    assertEquals(0, ran.get());
    assertEquals(3, ranElsewhere.get());
  }

  @Test
  void aTaskMayDisposeItsWorker() {
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch disposed = new CountDownLatch(1);
    Held held = new Held();
    worker.schedule(held);
    held.awaitBegun();
    worker.schedule(() -> {
      worker.dispose();
      disposed.countDown();
    });
    worker.schedule(ran::incrementAndGet);
    held.release();
    Await.down(disposed);
    Await.completion(scheduler.disposeGracefully());
    assertEquals(0, ran.get());
  }

  // ---- hooks

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

  // ---- what it shows

  @Test
  void itCanBeScanned() {
    Scannable scannable = Scannable.from(scheduler);
    assertEquals(scheduler.toString(), scannable.scan(Attr.NAME));
    assertEquals(kind.threads(), scannable.scan(Attr.CAPACITY));
    assertEquals(kind.threads(), scannable.scan(Attr.BUFFERED));
    assertEquals(false, scannable.scan(Attr.TERMINATED));
    assertEquals(false, scannable.scan(Attr.CANCELLED));
    scheduler.dispose();
    assertEquals(true, scannable.scan(Attr.TERMINATED));
    assertEquals(true, scannable.scan(Attr.CANCELLED));
  }

  @Test
  void aWorkerShowsHowManyTasksItHas() {
    List<Held> held = holdAllThreads();
    Scheduler.Worker worker = scheduler.createWorker();
    Scannable scannable = Scannable.from(worker);
    assertEquals(0, scannable.scan(Attr.BUFFERED));
    worker.schedule(() -> {});
    worker.schedule(() -> {}).dispose();
    worker.schedule(() -> {}, 1, HOURS);
    Disposable cancelled = worker.schedule(() -> {}, 1, HOURS);
    worker.schedulePeriodically(() -> {}, 1, 1, HOURS);
    assertEquals(4, scannable.scan(Attr.BUFFERED));
    cancelled.dispose();
    assertEquals(3, scannable.scan(Attr.BUFFERED));
    held.forEach(Held::release);
    Await.until(() -> Integer.valueOf(2).equals(scannable.scan(Attr.BUFFERED)));
    assertEquals(false, scannable.scan(Attr.TERMINATED));
    worker.dispose();
    assertEquals(0, scannable.scan(Attr.BUFFERED));
    assertEquals(true, scannable.scan(Attr.TERMINATED));
    assertEquals(true, scannable.scan(Attr.CANCELLED));
  }
}
