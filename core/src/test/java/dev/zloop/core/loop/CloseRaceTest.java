package dev.zloop.core.loop;

import static dev.zloop.core.ZLoop.NO_DEADLINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.Timer;
import dev.zloop.core.ZLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The end of loops that have a thread of their own, while others give them work. */
class CloseRaceTest {
  private static final int ROUNDS = 2_000;

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
    for (int round = 0; round < ROUNDS / 10; round++) {
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

  /** Gives a loop tasks until it refuses one; afterwards, who was accepted must have run. */
  private static final class Giver {
    final AtomicInteger ran = new AtomicInteger();
    int accepted;

    void giveUntilRefused(ZLoop loop) {
      try {
        while (true) {
          loop.execute(ran::incrementAndGet);
          accepted++;
          if (accepted % 64 == 0) {
            Thread.yield(); // the loop's turn, where there are few processors
          }
        }
      } catch (RejectedExecutionException expected) {
        assertTrue(expected.getMessage().contains("is closed"), expected.getMessage());
      }
    }
  }

  @Test
  void everyAcceptedTaskRanAndNoRefusedOneWhenExecuteRacesClose() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      try (var started = new StartedLoop()) {
        var givers = List.of(new Giver(), new Giver());
        int closeAfter = round % 40;
        started.loop.execute(new CloseAfter(started.loop, closeAfter));
        Elsewhere.runTogether(
            List.of(
                () -> givers.get(0).giveUntilRefused(started.loop),
                () -> givers.get(1).giveUntilRefused(started.loop)));
        started.awaitClosed();
        for (Giver giver : givers) {
          assertEquals(giver.accepted, giver.ran.get());
        }
        assertEquals(List.of(), List.copyOf(started.errors));
      }
    }
  }

  /** Closes its loop some turns later. */
  private record CloseAfter(ZLoop loop, int turns) implements Runnable {
    @Override
    public void run() {
      if (turns == 0) {
        loop.close();
      } else {
        loop.execute(new CloseAfter(loop, turns - 1));
      }
    }
  }

  @Test
  void everyAcceptedTaskRanOrWasReportedWhenCloseRacesStartAndExecute() throws Exception {
    var before = new AtomicInteger();
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
                  before.incrementAndGet();
                }
              },
              loop::close));
      Elsewhere.await(loop.onClosed().toCompletableFuture());
      assertEquals(giver.accepted, giver.ran.get() + reported.get());
      assertTrue(io.closed);
    }
    System.out.println("closed before the start in " + before + " of " + ROUNDS + " rounds");
  }

  @Test
  void everyTimerRanOrIsCancelledWhenScheduleRacesClose() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      try (var started = new StartedLoop()) {
        var timers = new ArrayList<Timer>();
        var ran = new AtomicInteger();
        Elsewhere.runTogether(
            List.of(
                () -> scheduleUntilRefused(started.loop, ran, timers),
                () -> {
                  while (ran.get() < 5) {
                    Thread.yield();
                  }
                  started.loop.close();
                }));
        started.awaitClosed();
        assertTrue(timers.stream().allMatch(Timer::isDone));
        assertEquals(ran.get(), timers.stream().filter(timer -> !timer.isCancelled()).count());
      }
    }
  }

  private static void scheduleUntilRefused(
      EventLoop loop, AtomicInteger ran, ArrayList<Timer> timers) {
    try {
      while (true) {
        timers.add(loop.schedule(ran::incrementAndGet, timers.size() % 10 * 1_000));
        Thread.yield();
      }
    } catch (RejectedExecutionException expected) {
      assertTrue(timers.size() > 0);
    }
  }

  @Test
  void anEmbeddersLoopIsClosedFromElsewhereAndEndsInItsTurns() {
    for (int round = 0; round < ROUNDS / 10; round++) {
      var io = new BlockingIo();
      var loop = Loops.on(io);
      var giver = new Giver();
      Elsewhere.runTogether(
          List.of(
              () -> giver.giveUntilRefused(loop),
              () -> {
                var closed = loop.onClosed().toCompletableFuture();
                while (!closed.isDone()) {
                  loop.runOnce(NO_DEADLINE, true, 8);
                }
              },
              () -> {
                while (giver.ran.get() < 10) {
                  Thread.yield();
                }
                loop.close();
              }));
      assertEquals(giver.accepted, giver.ran.get());
      assertTrue(io.closed);
    }
  }
}
