package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** What a scheduler does with its loop, turn by turn. */
class LoopSchedulerTest {
  private static final Duration ONE_MILLI = Duration.ofMillis(1);

  private final DrivenLoop driven = new DrivenLoop();
  private final Scheduler scheduler = Schedulers.fromZLoop(driven.loop);
  private final Scheduler.Worker worker = scheduler.createWorker();
  private final List<String> events = new ArrayList<>();

  @AfterEach
  void nothingWasReportedToTheLoop() {
    assertEquals(List.of(), driven.errors);
  }

  private Runnable event(String name) {
    return () -> events.add(name);
  }

  // ---- time

  @Test
  void aTaskRunsInTheNextTurnAndNotBefore() {
    worker.schedule(() -> {
      worker.schedule(event("second"));
      events.add("first");
    });
    assertEquals(List.of(), events);
    driven.turn();
    assertEquals(List.of("first"), events);
    driven.turn();
    assertEquals(List.of("first", "second"), events);
  }

  @Test
  void aDelayIsTheLoopsTimer() {
    worker.schedule(event("delayed"), 1, MILLISECONDS);
    assertEquals(ONE_MILLI.toNanos(), driven.waits());
    driven.pass(ONE_MILLI.minusNanos(1));
    assertEquals(1, driven.waits());
    assertEquals(List.of(), events);
    driven.pass(Duration.ofNanos(1));
    assertEquals(List.of("delayed"), events);
    assertEquals(DrivenLoop.FOR_EVER, driven.waits());
  }

  @Test
  void aDelayCountsFromWhenItWasScheduledNotFromWhenTheLoopHeardOfIt() throws Exception {
    Thread other = Thread.ofPlatform().start(() -> worker.schedule(event("x"), 1, MILLISECONDS));
    other.join();
    driven.passUnnoticed(Duration.ofNanos(300_000));
    assertEquals(700_000, driven.waits());
  }

  @Test
  void equalDelaysRunInOrder() {
    for (int i = 0; i < 20; i++) {
      worker.schedule(event("" + i), 1, MILLISECONDS);
    }
    driven.turn();
    driven.pass(ONE_MILLI);
    assertEquals(
        List.of(
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
            "16", "17", "18", "19"),
        events);
  }

  @Test
  void aPeriodIsCountedFromTheFirstTimeHoweverLateATaskRan() {
    List<Long> times = new ArrayList<>();
    long start = driven.loop.nanoTime();
    worker.schedulePeriodically(
        () -> times.add((driven.loop.nanoTime() - start) / 1_000), 1000, 1000, MICROSECONDS);
    driven.turns();
    driven.pass(Duration.ofNanos(1_400_000)); // 400 us late
    driven.pass(Duration.ofNanos(500_000));
    assertEquals(List.of(1400L), times);
    driven.pass(Duration.ofNanos(100_000)); // in time again
    driven.pass(Duration.ofNanos(1_000_000));
    assertEquals(List.of(1400L, 2000L, 3000L), times);
  }

  @Test
  void missedPeriodsAreMadeUpForOneATurn() {
    worker.schedulePeriodically(event("tick"), 1, 1, MILLISECONDS);
    driven.turns();
    driven.passUnnoticed(ONE_MILLI.multipliedBy(4));
    for (int ran = 1; ran <= 4; ran++) {
      driven.turn();
      assertEquals(ran, events.size());
    }
    driven.turns();
    assertEquals(4, events.size());
  }

  @Test
  void aPeriodOfZeroRunsOnceATurn() {
    Disposable task = worker.schedulePeriodically(event("turn"), 0, 0, MILLISECONDS);
    for (int turn = 1; turn <= 5; turn++) {
      driven.turn();
      assertEquals(turn, events.size());
    }
    task.dispose();
    driven.turns();
    assertEquals(5, events.size());
    assertEquals(DrivenLoop.FOR_EVER, driven.waits());
  }

  @Test
  void aPeriodOfZeroMayBeginLater() {
    worker.schedulePeriodically(event("turn"), 1, 0, MILLISECONDS);
    driven.turns();
    assertEquals(List.of(), events);
    driven.passUnnoticed(ONE_MILLI);
    driven.turn();
    driven.turn();
    assertEquals(List.of("turn", "turn"), events);
  }

  @Test
  void delaysWithoutEndDoNotOverflow() {
    worker.schedule(event("never"), Long.MAX_VALUE, DAYS);
    worker.schedule(event("never"), Long.MAX_VALUE, NANOSECONDS);
    worker.schedulePeriodically(event("once"), 0, Long.MAX_VALUE, DAYS);
    driven.turns();
    driven.pass(Duration.ofDays(365));
    assertEquals(List.of("once"), events);
  }

  @Test
  void itsFineTimeIsTheLoopsAndItsCoarseTimeTheWallClock() {
    assertEquals(driven.loop.nanoTime(), scheduler.now(NANOSECONDS));
    assertEquals(driven.loop.nanoTime() / 1_000, scheduler.now(MICROSECONDS));
    long before = System.currentTimeMillis();
    long now = scheduler.now(MILLISECONDS);
    assertTrue(before <= now && now <= System.currentTimeMillis());
  }

  @Test
  void operatorsThatRememberForAWhileGoByTheLoopsTime() {
    Flux<Integer> replay =
        Flux.just(1).concatWith(Mono.never()).replay(ONE_MILLI, scheduler).autoConnect();
    List<Integer> inTime = new ArrayList<>();
    List<Integer> late = new ArrayList<>();
    replay.subscribe();
    driven.pass(ONE_MILLI.dividedBy(2));
    replay.subscribe(inTime::add);
    driven.pass(ONE_MILLI);
    replay.subscribe(late::add);
    assertEquals(List.of(1), inTime);
    assertEquals(List.of(), late);
  }

  // ---- nothing is left behind

  @Test
  void aDisposedTaskLeavesNoTimer() {
    Disposable delayed = worker.schedule(event("x"), 1, MILLISECONDS);
    Disposable periodic = scheduler.schedulePeriodically(event("x"), 1, 1, MILLISECONDS);
    driven.turns();
    delayed.dispose();
    periodic.dispose();
    assertEquals(DrivenLoop.FOR_EVER, driven.waits());
    driven.pass(ONE_MILLI);
    assertEquals(List.of(), events);
  }

  @Test
  void aDisposedWorkerLeavesNoTimer() {
    for (int i = 1; i <= 5; i++) {
      worker.schedule(event("x"), i, MILLISECONDS);
      worker.schedulePeriodically(event("x"), i, i, MILLISECONDS);
    }
    driven.turns();
    worker.dispose();
    assertEquals(DrivenLoop.FOR_EVER, driven.waits());
  }

  @Test
  void aDisposedSchedulerLeavesNoTimer() {
    scheduler.schedule(event("x"), 1, MILLISECONDS);
    worker.schedule(event("x"), 1, MILLISECONDS);
    scheduler.createWorker().schedulePeriodically(event("x"), 1, 1, MILLISECONDS);
    driven.turns();
    scheduler.dispose();
    assertEquals(DrivenLoop.FOR_EVER, driven.waits());
    driven.pass(ONE_MILLI);
    assertEquals(List.of(), events);
  }

  @Test
  void oneOfManyTimersCanBeTakenOutAnywhere() {
    for (int removed = 0; removed < 3; removed++) {
      List<Disposable> tasks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        tasks.add(worker.schedule(event("" + i), 1, MILLISECONDS));
      }
      driven.turns();
      tasks.get(removed).dispose();
      driven.pass(ONE_MILLI);
      assertEquals(2, events.size());
      assertFalse(events.contains("" + removed));
      events.clear();
    }
  }

  @Test
  void disposingASchedulerLeavesItsLoopToOthers() {
    Scheduler other = Schedulers.fromZLoop(driven.loop);
    other.schedule(event("other"), 1, MILLISECONDS);
    scheduler.dispose();
    driven.turns();
    driven.pass(ONE_MILLI);
    other.schedule(event("later"));
    driven.turns();
    assertEquals(List.of("other", "later"), events);
  }

  // ---- the loop closes beneath it

  @Test
  void onAClosedLoopSchedulingIsRefused() {
    driven.turn();
    driven.closeLoop();
    for (Runnable attempt :
        List.<Runnable>of(
            () -> scheduler.schedule(event("x")),
            () -> scheduler.schedule(event("x"), 1, MILLISECONDS),
            () -> scheduler.schedulePeriodically(event("x"), 0, 0, MILLISECONDS),
            () -> worker.schedule(event("x")),
            () -> worker.schedule(event("x"), 1, MILLISECONDS),
            () -> worker.schedulePeriodically(event("x"), 1, 1, MILLISECONDS))) {
      String message = assertThrows(RejectedExecutionException.class, attempt::run).getMessage();
      assertTrue(message.contains("loop driven is closed"), message);
    }
    assertEquals(0, Scannable.from(worker).scan(Attr.BUFFERED));
  }

  @Test
  void aClosingLoopRunsWhatWasAcceptedAndCancelsTheRest() {
    driven.turn();
    Disposable now = worker.schedule(event("now"));
    Disposable delayed = worker.schedule(event("delayed"), 1, MILLISECONDS);
    Disposable periodic = worker.schedulePeriodically(event("first"), 0, 1, MILLISECONDS);
    Disposable instant = worker.schedulePeriodically(event("turn"), 0, 0, MILLISECONDS);
    driven.closeLoop();
    assertEquals(List.of("now", "first", "turn"), events);
    for (Disposable task : List.of(now, delayed, periodic, instant)) {
      assertTrue(task.isDisposed());
    }
  }

  @Test
  void gracefulDisposalDoesNotWaitForALoopThatClosed() {
    worker.schedule(event("x"), 1, DAYS);
    AtomicBoolean done = new AtomicBoolean();
    scheduler.disposeGracefully().subscribe(null, null, () -> done.set(true));
    driven.turns();
    assertFalse(done.get());
    driven.closeLoop();
    assertTrue(done.get());
  }

  @Test
  void gracefulDisposalRunsDelayedTasksInTheirTime() {
    worker.schedule(event("delayed"), 1, MILLISECONDS);
    worker.schedulePeriodically(event("periodic"), 1, 1, MILLISECONDS);
    AtomicBoolean done = new AtomicBoolean();
    scheduler.disposeGracefully().subscribe(null, null, () -> done.set(true));
    driven.turns();
    assertFalse(done.get());
    driven.pass(ONE_MILLI);
    assertTrue(done.get());
    assertEquals(List.of("delayed"), events);
    assertEquals(DrivenLoop.FOR_EVER, driven.waits());
  }

  // ---- errors

  @Test
  void whatTheThreadsHandlerThrowsIsTheLoopsToReport() {
    RuntimeException failing = new IllegalStateException("the handler fails");
    AtomicReference<Disposable> task = new AtomicReference<>();
    Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
    Thread.currentThread()
        .setUncaughtExceptionHandler((thread, error) -> {
          throw failing;
        });
    try {
      task.set(
          worker.schedule(() -> {
            throw new IllegalStateException("planted");
          }));
      driven.turns();
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(before);
    }
    assertTrue(task.get().isDisposed());
    assertEquals(1, driven.errors.size());
    driven.errors.clear();
    assertEquals(0, Scannable.from(worker).scan(Attr.BUFFERED));
  }

  // ---- what it shows

  @Test
  void itIsNamedAfterItsLoops() {
    assertEquals("fromZLoop(driven)", scheduler.toString());
    assertEquals("fromZLoop(driven).worker(driven)", worker.toString());
    assertEquals(scheduler, Scannable.from(worker).scan(Attr.PARENT));
  }

  @Test
  void itsLoopsAreItsInners() {
    scheduler.schedule(event("x"));
    Scannable loop = Scannable.from(scheduler).inners().findFirst().orElseThrow();
    assertEquals("driven", loop.scan(Attr.NAME));
    assertEquals(1, loop.scan(Attr.CAPACITY));
    assertEquals(1, loop.scan(Attr.BUFFERED));
    assertEquals(false, loop.scan(Attr.TERMINATED));
    scheduler.dispose();
    assertEquals(true, loop.scan(Attr.TERMINATED));
  }

  @Test
  void aTaskIsCalledWhatTheUserCalledIt() {
    Runnable named =
        new Runnable() {
          @Override
          public void run() {}

          @Override
          public String toString() {
            return "the user's task";
          }
        };
    assertEquals("the user's task", worker.schedule(named).toString());
  }
}
