package dev.zloop.core.loop;

import static dev.zloop.core.ZLoop.NO_DEADLINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who wakes the loop, when, and how often. */
class WakeupTest {
  private final DrivenLoop driven = new DrivenLoop();
  private final EventLoop loop = driven.loop;
  private final FakeIo io = driven.io;

  @Test
  void aLoopThatIsAwakeIsNotWoken() {
    driven.executeElsewhere(driven.note("before the first turn"));
    driven.turn();
    driven.executeElsewhere(driven.note("between turns"));
    loop.execute(() -> driven.executeElsewhere(driven.note("during a task")));
    io.events.add(() -> driven.executeElsewhere(driven.note("during an event")));
    driven.turn();
    driven.turn();
    assertEquals(0, io.wakeups.get());
    assertEquals(4, driven.trace.size());
  }

  @Test
  void aLoopThatSleepsIsWokenOnceHoweverManyTasksCome() {
    io.duringNextWait(() -> {
      for (int i = 0; i < 100; i++) {
        driven.executeElsewhere(driven.note("task"));
      }
    });
    driven.turn();
    assertEquals(1, io.wakeups.get());
    assertEquals(100, driven.trace.size());
  }

  @Test
  void everySleepIsEndedByAWakeupOfItsOwn() {
    for (int sleep = 1; sleep <= 3; sleep++) {
      io.duringNextWait(() -> driven.executeElsewhere(driven.note("task")));
      driven.turn();
      assertEquals(sleep, io.wakeups.get());
      assertEquals(sleep, driven.trace.size());
    }
  }

  @Test
  void aTimerFromElsewhereWakesTheLoopToLearnOfIt() {
    io.duringNextWait(
        () -> Elsewhere.run(() -> loop.schedule(driven.note("timer"), Duration.ofNanos(5))));
    driven.turn();
    assertEquals(1, io.wakeups.get());
    driven.turn();
    assertEquals(5, io.lastTimeout());
    assertEquals(List.of("timer"), driven.trace);
  }

  @Test
  void aCancelFromElsewhereDoesNotWakeTheLoop() {
    driven.poll();
    var timer = loop.schedule(driven.note("timer"), Duration.ofNanos(5));
    io.duringNextWait(() -> Elsewhere.run(timer::cancel));
    driven.turn();
    assertEquals(0, io.wakeups.get());
  }

  @Test
  void aTaskThatComesAfterTheLoopDecidedToWaitAndBeforeItSleepsKeepsItAwake() {
    io.beforeSleep = () -> driven.executeElsewhere(driven.note("task"));
    driven.turn();
    assertEquals(List.of(0L), io.timeouts);
    assertEquals(0, io.wakeups.get());
    assertEquals(List.of("task"), driven.trace);
  }

  @Test
  void aSleepThatWasCalledOffLeavesTheLoopAwake() {
    io.beforeSleep = () -> driven.executeElsewhere(driven.note("task"));
    driven.turn();
    driven.executeElsewhere(driven.note("task"));
    assertEquals(0, io.wakeups.get());
  }

  @Test
  void aTurnThatDoesNotWaitDoesNotSaySoEither() {
    io.events.add(() -> driven.executeElsewhere(driven.note("task")));
    driven.poll();
    io.backlog = true;
    io.events.add(() -> driven.executeElsewhere(driven.note("task")));
    driven.turn();
    assertEquals(0, io.wakeups.get());
  }

  @Test
  void aWakeupWhileAwakeIsKeptForTheNextTurnThatWouldWait() {
    loop.wakeup();
    driven.turn();
    driven.turn();
    assertEquals(List.of(0L, -1L), io.timeouts);
    assertEquals(0, io.wakeups.get());
  }

  @Test
  void aWakeupIsKeptOverTurnsThatWouldNotWait() {
    driven.poll();
    loop.wakeup();
    driven.poll();
    loop.execute(driven.note("task"));
    driven.turn();
    driven.turn(); // the first that would wait
    driven.turn();
    assertEquals(List.of(0L, 0L, 0L, 0L, -1L), io.timeouts);
  }

  @Test
  void manyWakeupsWhileAwakeAreOne() {
    loop.wakeup();
    Elsewhere.run(loop::wakeup);
    loop.wakeup();
    driven.turn();
    driven.turn();
    assertEquals(List.of(0L, -1L), io.timeouts);
  }

  @Test
  void manyWakeupsWhileAsleepAreOne() {
    io.duringNextWait(() -> {
      Elsewhere.run(loop::wakeup);
      driven.executeElsewhere(driven.note("task"));
      Elsewhere.run(loop::wakeup);
    });
    driven.turn();
    assertEquals(1, io.wakeups.get());
    driven.turn();
    assertEquals(List.of(-1L, -1L), io.timeouts);
  }

  @Test
  void aWakeupFromATaskLetsTheNextTurnNotWait() {
    loop.execute(loop::wakeup);
    driven.turn();
    driven.turn();
    driven.turn();
    assertEquals(List.of(0L, 0L, -1L), io.timeouts);
  }

  @Test
  void aWakeupBeforeTheFirstTurnIsKept() {
    Elsewhere.run(loop::wakeup);
    loop.runOnce(NO_DEADLINE, true, 1);
    assertEquals(List.of(0L), io.timeouts);
  }

  @Test
  void aLoopThatWaitsForADeadlineIsWokenToo() {
    io.duringNextWait(() -> driven.executeElsewhere(driven.note("task")));
    loop.runOnce(1_000, true, 1);
    assertEquals(1, io.wakeups.get());
    assertEquals(List.of("task"), driven.trace);
  }

  /** The race that matters: a task that comes just as the loop falls asleep. */
  @Test
  void noTaskIsLeftLyingWhenItRacesFallingAsleep() {
    Race.tryOften(2, new FallingAsleep(1)::next);
  }

  /** Two givers: who finds that the other has woken the loop must be able to rely on it. */
  @Test
  void noTaskIsLeftLyingWhenTwoRaceFallingAsleep() {
    Race.tryOften(3, new FallingAsleep(2)::next);
  }

  /** Rounds of a loop that has nothing to do but what it is given while it falls asleep. */
  private static final class FallingAsleep implements Race.Round {
    private final EventLoop loop = Loops.on(new SpinningIo());
    private final AtomicInteger ran = new AtomicInteger();
    private final int givers;
    private int round;

    FallingAsleep(int givers) {
      this.givers = givers;
    }

    FallingAsleep next() {
      round++;
      return this;
    }

    @Override
    public void run(int participant) {
      if (participant == 0) {
        loop.runOnce(NO_DEADLINE, true, 1);
      } else {
        Race.linger(round * participant % 499);
        loop.execute(ran::incrementAndGet);
      }
    }

    @Override
    public void verify() {
      loop.runOnce(NO_DEADLINE, false, givers);
      assertEquals(round * givers, ran.get());
    }
  }

  /** As an embedder does it: first the work goes into a queue of its own, then wakeup(). */
  @Test
  void noWakeupIsLostWhenItRacesFallingAsleep() {
    var loop = Loops.on(new SpinningIo());
    class Round implements Race.Round {
      private static int rounds;

      private boolean work;

      @Override
      public void run(int participant) {
        if (participant == 0) {
          loop.runOnce(NO_DEADLINE, true, 1);
          assertTrue(work); // a plain field: the wakeup makes it visible
        } else {
          Race.linger(rounds++ % 499);
          work = true;
          loop.wakeup();
        }
      }

      @Override
      public void verify() {}
    }
    Race.tryOften(2, Round::new);
  }

  /** The same on a kernel that blocks, with more threads than processors. */
  @Test
  void noTaskIsLeftLyingWhenManyRaceABlockingSleep() {
    try (var started = new StartedLoop()) {
      Elsewhere.Action pingPong =
          () -> {
            for (int i = 0; i < 5_000; i++) {
              Elsewhere.await(started.run(() -> {}));
            }
          };
      Elsewhere.runTogether(List.of(pingPong, pingPong, pingPong));
      assertEquals(List.of(), List.copyOf(started.errors));
    }
  }

  @Test
  void aTaskForASleepingLoopCostsOneWakeup() throws Exception {
    try (var started = new StartedLoop()) {
      var ran = new AtomicInteger();
      for (int i = 1; i <= 1_000; i++) {
        started.awaitSleep();
        int before = started.io.wakeups.get();
        Elsewhere.await(CompletableFuture.runAsync(ran::incrementAndGet, started.loop));
        assertEquals(before + 1, started.io.wakeups.get());
      }
      assertEquals(1_000, ran.get());
    }
  }
}
