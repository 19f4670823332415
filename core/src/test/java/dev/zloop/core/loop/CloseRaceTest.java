package dev.zloop.core.loop;

import static dev.zloop.core.ZLoop.NO_DEADLINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.Timer;
import dev.zloop.core.ZLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The end of loops that have a thread of their own, while others give them work. */
@Tag("optimized")
class CloseRaceTest {
  private static final int ROUNDS = 200;

  private int rounds;

  @Test
  void aSleepingLoopIsClosedFromElsewhere() throws Exception {
    try (var started = new StartedLoop()) {
      started.awaitSleep();
      started.loop.close();
      started.awaitClosed();
      assertTrue(started.io.closed);
    }
  }

  @Test
  void aLoopIsClosedByItsOwnTaskAndItsThreadEnds() throws Exception {
    try (var started = new StartedLoop()) {
      started.loop.execute(started.loop::close);
      started.awaitClosed();
    } // its end is awaited here
  }

  @Test
  void aLoopIsClosedByItsOwnTimerAndItsThreadEnds() throws Exception {
    try (var started = new StartedLoop()) {
      started.loop.schedule(started.loop::close, 1);
      started.awaitClosed();
    }
  }

  @Test
  void aLoopIsClosedByManyAtOnceAndOnce() {
    for (int round = 0; round < ROUNDS; round++) {
      var told = new AtomicInteger();
      var started = new StartedLoop();
      try (started) {
        started.loop.onClosed().thenRun(told::incrementAndGet);
        Elsewhere.Action close = started.loop::close;
        Elsewhere.runTogether(List.of(close, close, close));
      } // its thread has ended
      assertEquals(1, told.get());
      assertTrue(started.io.closed);
      assertEquals(List.of(), List.copyOf(started.errors));
      assertEquals(List.of(), List.copyOf(started.uncaught));
    }
  }

  /** Gives a loop tasks until it refuses one; who was accepted must have run, or been reported. */
  private static final class Giver {
    private static final int ACCEPTED_MAX = 50;

    final AtomicInteger ran = new AtomicInteger();
    int accepted;

    void giveUntilRefused(ZLoop loop) {
      try {
        for (; accepted < ACCEPTED_MAX; accepted++) {
          loop.execute(ran::incrementAndGet);
        }
      } catch (RejectedExecutionException expected) {
        assertTrue(expected.getMessage().contains("is closed"), expected.getMessage());
      }
    }
  }

  /** The participants: the loop's thread, who closes it, and who gives it tasks. */
  private static class ClosingRound implements Race.Round {
    final AtomicInteger reported = new AtomicInteger();
    final EventLoop loop = Loops.of(new SpinningIo(), (l, error) -> reported.incrementAndGet());
    final Giver giver = new Giver();
    private final CompletableFuture<Void> closed = loop.onClosed().toCompletableFuture();

    @Override
    public void run(int participant) {
      switch (participant) {
        case 0 -> turnUntilClosed();
        case 1 -> close();
        default -> giver.giveUntilRefused(loop);
      }
    }

    void turnUntilClosed() {
      while (!closed.isDone()) {
        loop.runOnce(NO_DEADLINE, true, 8);
      }
    }

    void close() {
      for (var patience = new Patience(); giver.ran.get() < 3; ) {
        patience.spin("the loop runs no tasks");
      }
      loop.close();
    }

    @Override
    public void verify() {
      assertTrue(closed.isDone());
      assertEquals(giver.accepted, giver.ran.get() + reported.get());
    }
  }

  @Test
  void everyAcceptedTaskRanAndNoRefusedOneWhenExecuteRacesClose() {
    class Round extends ClosingRound {
      @Override
      public void verify() {
        super.verify();
        assertEquals(0, reported.get());
      }
    }
    Race.tryOften(3, Round::new);
  }

  @Test
  void everyAcceptedTaskRanOrWasReportedWhenCloseRacesTheFirstTurn() {
    class Round extends ClosingRound {
      @Override
      void turnUntilClosed() {
        try {
          super.turnUntilClosed();
        } catch (IllegalStateException closedFirst) {
          assertTrue(loop.isClosed());
        }
      }

      @Override
      void close() {
        Race.linger(++rounds % 199);
        loop.close();
      }
    }
    Race.tryOften(2, Round::new);
    Race.tryOften(3, Round::new);
  }

  @Test
  void everyAcceptedTaskIsReportedWhenExecuteRacesACloseBeforeTheStart() {
    class Round extends ClosingRound {
      @Override
      public void run(int participant) {
        if (participant == 0) {
          Race.linger(++rounds % 499);
          loop.close();
        } else {
          giver.giveUntilRefused(loop);
        }
      }

      @Override
      public void verify() {
        super.verify();
        assertEquals(0, giver.ran.get());
      }
    }
    Race.tryOften(2, Round::new);
  }

  @Test
  void everyAcceptedTaskRanOrWasReportedWhenCloseRacesStartAndExecute() {
    for (int round = 0; round < ROUNDS; round++) {
      var io = new BlockingIo();
      var reported = new AtomicInteger();
      var loop = Loops.of(io, (l, error) -> reported.incrementAndGet());
      var giver = new Giver();
      Elsewhere.runTogether(
          List.of(
              () -> giver.giveUntilRefused(loop),
              () -> {
                try {
                  loop.start();
                } catch (IllegalStateException closedFirst) {
                  assertTrue(loop.isClosed());
                }
              },
              loop::close));
      Elsewhere.await(loop.onClosed().toCompletableFuture());
      assertEquals(giver.accepted, giver.ran.get() + reported.get());
      assertTrue(io.closed);
    }
  }

  @Test
  void everyTimerRanOrIsCancelledWhenScheduleRacesClose() {
    class Round extends ClosingRound {
      private final List<Timer> timers = new ArrayList<>();

      @Override
      public void run(int participant) {
        if (participant == 2) {
          scheduleUntilRefused();
        } else {
          super.run(participant);
        }
      }

      private void scheduleUntilRefused() {
        try {
          while (timers.size() < 50) {
            long delay = timers.size() % 2 == 0 ? 0 : 1_000_000_000_000L;
            timers.add(loop.schedule(giver.ran::incrementAndGet, delay));
          }
        } catch (RejectedExecutionException expected) {
          assertTrue(loop.isClosed());
        }
      }

      @Override
      public void verify() {
        assertTrue(timers.stream().allMatch(Timer::isDone));
        long ran = timers.stream().filter(timer -> !timer.isCancelled()).count();
        assertEquals(ran, giver.ran.get());
        assertEquals((timers.size() + 1) / 2, ran);
        assertEquals(0, loop.pendingTimers());
      }
    }
    Race.tryOften(3, Round::new);
  }
}
