package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Timers of a loop, on a clock that the test sets. */
class TimerTest {
  private final DrivenLoop driven = new DrivenLoop();
  private final EventLoop loop = driven.loop;
  private final FakeIo io = driven.io;

  /** Of a race. */
  private int rounds;

  TimerTest() {
    driven.poll(); // from here on this thread is the loop's
  }

  private Timer after(long nanos, String word) {
    return loop.schedule(driven.note(word), Duration.ofNanos(nanos));
  }

  private void pollAt(long nanos) {
    io.nowNanos = nanos;
    driven.poll();
  }

  @Nested
  class WhenTheyFire {

    @Test
    void notBeforeTheirTimeAndThenAtOnce() {
      after(100, "timer");
      pollAt(99);
      assertEquals(List.of(), driven.trace);
      pollAt(100);
      assertEquals(List.of("timer"), driven.trace);
      pollAt(1_000);
      assertEquals(List.of("timer"), driven.trace);
    }

    @Test
    void inTheOrderOfTheirDeadlines() {
      after(30, "c");
      after(10, "a");
      after(20, "b");
      pollAt(30);
      assertEquals(List.of("a", "b", "c"), driven.trace);
    }

    @Test
    void inTheOrderOfSchedulingWhenTheyAreDueTogether() {
      after(10, "a");
      after(10, "b");
      io.nowNanos = 5;
      after(5, "c");
      pollAt(10);
      assertEquals(List.of("a", "b", "c"), driven.trace);
    }

    @Test
    void theDelayBeginsWhenScheduleIsCalledAlsoFromElsewhere() {
      io.nowNanos = 50;
      Elsewhere.run(() -> after(100, "timer"));
      pollAt(120); // the loop learns of it late
      pollAt(149);
      assertEquals(List.of(), driven.trace);
      pollAt(150);
      assertEquals(List.of("timer"), driven.trace);
    }

    @Test
    void oneFromElsewhereThatIsOverdueWhenTheLoopLearnsOfItFiresWithoutWaiting() {
      Elsewhere.run(() -> after(100, "timer"));
      io.nowNanos = 200;
      driven.turn();
      driven.turn();
      assertEquals(0, io.lastTimeout());
      assertEquals(List.of("timer"), driven.trace);
    }

    @Test
    void zeroAndLessMeansATurnToComeAndNoHeap() {
      for (Duration delay :
          List.of(
              Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE), MIN_LONG)) {
        loop.schedule(driven.note("timer"), delay);
        assertEquals(0, loop.pendingTimers());
        driven.turn();
        assertEquals(0, io.lastTimeout());
      }
      assertEquals(List.of("timer", "timer", "timer", "timer"), driven.trace);
    }

    private static final Duration MIN_LONG = Duration.ofNanos(Long.MIN_VALUE);

    @Test
    void hugeDelaysAreNeverDueAndDoNotDisturbOthers() {
      io.nowNanos = 123;
      for (Duration delay :
          List.of(
              Duration.ofSeconds(Long.MAX_VALUE),
              Duration.ofNanos(Long.MAX_VALUE),
              Duration.ofDays(365 * 146))) {
        loop.schedule(driven.note("huge"), delay);
      }
      after(10, "timer");
      driven.turn();
      assertEquals(10, io.lastTimeout());
      assertEquals(List.of("timer"), driven.trace);
      driven.poll();
      pollAt(123 + Long.MAX_VALUE / 4);
      assertEquals(List.of("timer"), driven.trace);
      assertEquals(3, loop.pendingTimers());
    }

    @Test
    void aHugeDelayDoesNotGoBeforeATimerThatIsOverdue() {
      after(10, "overdue");
      io.nowNanos = 1_000;
      loop.schedule(driven.note("huge"), Duration.ofSeconds(Long.MAX_VALUE));
      driven.turn();
      assertEquals(0, io.lastTimeout());
      assertEquals(List.of("overdue"), driven.trace);
    }

    @Test
    void acrossTheOverflowOfTheClock() {
      io.nowNanos = Long.MAX_VALUE - 10;
      after(5, "before");
      after(20, "after");
      loop.schedule(driven.note("huge"), Duration.ofSeconds(Long.MAX_VALUE));
      driven.turn();
      assertEquals(5, io.lastTimeout());
      assertEquals(List.of("before"), driven.trace);
      driven.turn();
      assertEquals(15, io.lastTimeout());
      assertEquals(List.of("before", "after"), driven.trace);
      assertEquals(Long.MIN_VALUE + 9, io.nowNanos);
      assertEquals(1, loop.pendingTimers());
    }

    @Test
    void aNanosecondIsWaitedForAndNotPolledFor() {
      after(1, "timer");
      driven.turn();
      assertEquals(1, io.lastTimeout());
    }

    @Test
    void atADeadlineThatWasGiven() {
      loop.scheduleAt(driven.note("timer"), 100);
      loop.scheduleAt(driven.note("past"), -100);
      pollAt(99);
      assertEquals(List.of("past"), driven.trace);
      pollAt(100);
      assertEquals(List.of("past", "timer"), driven.trace);
    }

    @Test
    void aTimerThatSchedulesAnOverdueOneWaitsATurn() {
      loop.schedule(() -> loop.scheduleAt(driven.note("next"), 0), Duration.ofNanos(10));
      pollAt(10);
      assertEquals(List.of(), driven.trace);
      driven.turn();
      assertEquals(0, io.lastTimeout());
      assertEquals(List.of("next"), driven.trace);
    }
  }

  @Nested
  class WhenTheyAreCancelled {

    @Test
    void theyDoNotRunAndLeaveTheHeapAtOnce() {
      Timer timer = after(10, "timer");
      assertEquals(1, loop.pendingTimers());
      assertTrue(timer.cancel());
      assertEquals(0, loop.pendingTimers());
      pollAt(10);
      assertEquals(List.of(), driven.trace);
      assertTrue(timer.isCancelled());
      assertTrue(timer.isDone());
    }

    @Test
    void theLoopDoesNotWakeForThem() {
      after(10, "timer").cancel();
      driven.turn();
      assertEquals(-1, io.lastTimeout());
    }

    @Test
    void onlyTheFirstCancelSaysSo() {
      Timer timer = after(10, "timer");
      assertTrue(timer.cancel());
      assertFalse(timer.cancel());
      Elsewhere.run(() -> assertFalse(timer.cancel()));
      driven.poll();
    }

    @Test
    void fromElsewhereTheyLeaveTheHeapInTheNextTurn() {
      Timer timer = after(10, "timer");
      after(20, "next");
      Elsewhere.run(() -> assertTrue(timer.cancel()));
      assertTrue(timer.isCancelled());
      driven.poll();
      assertEquals(1, loop.pendingTimers());
      pollAt(20);
      assertEquals(List.of("next"), driven.trace);
    }

    @Test
    void fromElsewhereBeforeTheLoopLearnedOfThemTheyNeverEnterTheHeap() {
      Elsewhere.run(() -> assertTrue(after(10, "timer").cancel()));
      driven.turn();
      assertEquals(0, loop.pendingTimers());
      pollAt(10);
      assertEquals(List.of(), driven.trace);
    }

    @Test
    void onTheLoopBeforeItLearnedOfThemTheyNeverEnterTheHeap() {
      var timers = new ArrayList<Timer>();
      Elsewhere.run(() -> timers.add(after(10, "timer")));
      assertTrue(timers.getFirst().cancel());
      driven.turn();
      assertEquals(0, loop.pendingTimers());
    }

    @Test
    void inTheTurnInWhichTheyAreDueTheyDoNotRun() {
      var second = new ArrayList<Timer>();
      loop.schedule(() -> assertTrue(second.getFirst().cancel()), Duration.ofNanos(10));
      second.add(after(10, "second"));
      pollAt(10);
      assertEquals(List.of(), driven.errors);
      assertEquals(List.of(), driven.trace);
      assertTrue(second.getFirst().isCancelled());
      driven.poll();
      assertEquals(List.of(), driven.trace);
    }

    @Test
    void fromElsewhereInTheTurnInWhichTheyAreDueTheyDoNotRun() {
      var second = new ArrayList<Timer>();
      loop.schedule(
          () -> Elsewhere.run(() -> assertTrue(second.getFirst().cancel())), Duration.ofNanos(10));
      second.add(after(10, "second"));
      pollAt(10);
      driven.poll();
      assertEquals(List.of(), driven.errors);
      assertEquals(List.of(), driven.trace);
    }

    @Test
    void fromElsewhereJustAsTheyBecomeDueTheyDoNotRun() {
      Timer timer = after(10, "timer");
      io.duringNextWait(() -> {
        Elsewhere.run(() -> assertTrue(timer.cancel()));
        io.nowNanos = 10;
      });
      driven.turn();
      driven.turn();
      assertEquals(List.of(), driven.errors);
      assertEquals(List.of(), driven.trace);
      assertEquals(0, loop.pendingTimers());
    }

    @Test
    void withoutDelayTheyDoNotRunEither() {
      Timer timer = loop.schedule(driven.note("timer"), Duration.ZERO);
      assertTrue(timer.cancel());
      driven.turn();
      assertEquals(List.of(), driven.trace);
    }

    @Test
    void itIsTooLateOnceTheyRun() {
      var timers = new ArrayList<Timer>();
      timers.add(
          loop.schedule(
              () -> {
                assertTrue(timers.getFirst().isDone());
                assertFalse(timers.getFirst().cancel());
                driven.trace.add("ran");
              },
              Duration.ofNanos(10)));
      assertFalse(timers.getFirst().isDone());
      pollAt(10);
      assertEquals(List.of(), driven.errors);
      assertEquals(List.of("ran"), driven.trace);
      assertFalse(timers.getFirst().cancel());
      assertFalse(timers.getFirst().isCancelled());
    }

    @Test
    void aMillionOfThemLeaveNothingBehind() {
      after(1_000_000, "keeps the heap from being empty");
      for (int i = 0; i < 1_000_000; i++) {
        assertTrue(loop.schedule(() -> {}, 1_000 + i).cancel());
      }
      assertEquals(1, loop.pendingTimers());
      driven.poll();
    }

    /** Either the task runs or cancel says true; never both, never neither. */
    @Test
    void fromElsewhereWhileTheyRunExactlyOneOfBothHappens() {
      class Round implements Race.Round {
        private final AtomicInteger ran = new AtomicInteger();
        private final AtomicInteger cancelled = new AtomicInteger();
        private final Timer timer = loop.scheduleAt(ran::incrementAndGet, io.nowNanos);
        private final int rounds = ++TimerTest.this.rounds;

        @Override
        public void run(int participant) {
          if (participant == 0) {
            driven.poll();
            return;
          }
          Race.linger(rounds * participant % 499);
          if (timer.cancel()) {
            cancelled.incrementAndGet();
          }
        }

        @Override
        public void verify() {
          driven.poll();
          assertEquals(1, ran.get() + cancelled.get());
          assertEquals(0, loop.pendingTimers());
          io.timeouts.clear();
        }
      }
      Race.tryOften(2, Round::new);
      Race.tryOften(3, Round::new);
    }

    @Test
    void fromElsewhereWhileTheLoopLearnsOfThemExactlyOneOfBothHappens() {
      class Round implements Race.Round {
        private final AtomicInteger ran = new AtomicInteger();
        private final AtomicInteger cancelled = new AtomicInteger();

        @Override
        public void run(int participant) {
          if (participant == 0) {
            driven.poll();
            return;
          }
          Timer timer = loop.scheduleAt(ran::incrementAndGet, io.nowNanos);
          Race.linger(++rounds % 499);
          if (timer.cancel()) {
            cancelled.incrementAndGet();
          }
        }

        @Override
        public void verify() {
          driven.poll();
          driven.poll();
          assertEquals(1, ran.get() + cancelled.get());
          assertEquals(0, loop.pendingTimers());
          io.timeouts.clear();
        }
      }
      Race.tryOften(2, Round::new);
    }

    @Test
    void onALoopWithAThreadNoneIsLost() {
      try (var started = new StartedLoop()) {
        var ran = new AtomicInteger();
        var cancelled = new AtomicInteger();
        Elsewhere.Action race =
            () -> {
              for (int i = 0; i < 10_000; i++) {
                if (started.loop.schedule(ran::incrementAndGet, i % 50 * 1_000).cancel()) {
                  cancelled.incrementAndGet();
                }
                started.loop.schedule(ran::incrementAndGet, i % 50);
              }
            };
        Elsewhere.runTogether(List.of(race, race));
        for (var patience = new Patience(); ran.get() + cancelled.get() < 40_000; ) {
          patience.spin("a timer neither runs nor was cancelled");
        }
        Elsewhere.await(started.run(() -> assertEquals(0, started.loop.pendingTimers())));
        assertEquals(40_000, ran.get() + cancelled.get());
        assertEquals(List.of(), List.copyOf(started.errors));
      }
    }
  }

  /** Random timers against a list of what must happen. */
  @Test
  void randomTimersFireInOrderNeverEarlyAndNeverAfterTheyWereCancelled() {
    Random random = Seed.random("TimerTest");
    for (int round = 0; round < 100; round++) {
      new RandomRun(random).run();
    }
  }

  private final class RandomRun {
    private record Expected(Timer timer, long deadlineNanos, int number) {}

    private final Random random;
    private final List<Expected> pending = new ArrayList<>();
    private int number;

    RandomRun(Random random) {
      this.random = random;
      io.nowNanos = random.nextBoolean() ? Long.MAX_VALUE - 500 : random.nextLong();
    }

    void run() {
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(4)) {
          case 0, 1 -> schedule(1 + random.nextInt(100));
          case 2 -> cancelAny();
          case 3 -> advance(random.nextInt(20));
          default -> throw new AssertionError();
        }
      }
      advance(100);
      assertEquals(List.of(), pending);
      assertEquals(0, loop.pendingTimers());
    }

    private void schedule(int delay) {
      int mine = number++;
      Timer timer = after(delay, Integer.toString(mine));
      pending.add(new Expected(timer, io.nowNanos + delay, mine));
    }

    private void cancelAny() {
      if (!pending.isEmpty()) {
        assertTrue(pending.remove(random.nextInt(pending.size())).timer.cancel());
        assertEquals(pending.size(), loop.pendingTimers());
      }
    }

    private void advance(int nanos) {
      io.nowNanos += nanos;
      driven.trace.clear();
      driven.poll();
      List<String> due =
          pending.stream()
              .filter(expected -> expected.deadlineNanos - io.nowNanos <= 0)
              .sorted((a, b) -> Long.signum(a.deadlineNanos - b.deadlineNanos)) // stable
              .map(expected -> Integer.toString(expected.number))
              .toList();
      assertEquals(due, driven.trace);
      pending.removeIf(expected -> expected.deadlineNanos - io.nowNanos <= 0);
    }
  }
}
