package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.Timer;
import dev.zloop.stress.Effort;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * What other threads may do to a loop, in every order that a few switches between threads can bring
 * about. The model checker runs all threads in turn, by a schedule of its own, so that what it
 * finds it finds each time; of weak memory it knows nothing, which is what the stress tests are
 * for.
 */
class LoopModelIT {

  @Test
  void aTaskWakesTheLoopHoweverItMeetsItsFallingAsleep() {
    check(() -> {
      var port = new FakePort();
      EventLoop loop = port.loop();
      var ran = new AtomicInteger();
      Thread first = start(() -> loop.execute(ran::incrementAndGet));
      Thread second = start(() -> loop.execute(ran::incrementAndGet));
      while (ran.get() < 2) {
        FakePort.turn(loop, true);
      }
      join(first, second);
    });
  }

  @Test
  void aTurnIsWokenByOneSystemCallHoweverManyTasksCome() {
    check(() -> {
      var wakeups = new AtomicInteger();
      var port = new FakePort();
      port.onWakeup = wakeups::incrementAndGet;
      EventLoop loop = port.loop();
      Thread first = start(() -> loop.execute(() -> {}));
      Thread second = start(() -> loop.execute(() -> {}));
      FakePort.turn(loop, true);
      join(first, second);
      assertTrue(wakeups.get() <= 1, "wakeups in one turn: " + wakeups);
    });
  }

  @Test
  void whatWasWrittenBeforeAWakeupIsSeenByTheTurnThatItBrings() {
    check(() -> {
      var port = new FakePort();
      EventLoop loop = port.loop();
      int[] plain = new int[1];
      Thread other =
          start(() -> {
            plain[0] = 1;
            loop.wakeup();
          });
      while (plain[0] == 0) {
        FakePort.turn(loop, true);
      }
      join(other);
    });
  }

  @Test
  void anAcceptedTaskRunsHoweverItMeetsTheClose() {
    check(() -> {
      var port = new FakePort();
      EventLoop loop = port.loop();
      var outcome = new Outcome();
      AtomicBoolean closed = closedFlag(loop);
      FakePort.turn(loop, false);
      Thread sender = start(() -> outcome.execute(loop));
      Thread closer = start(loop::close);
      while (!closed.get()) {
        FakePort.turn(loop, true);
      }
      join(sender, closer);
      assertEquals(outcome.accepted.get(), outcome.ran.get(), "accepted and run");
      assertTrue(port.closed);
    });
  }

  @Test
  void anAcceptedTaskRunsOrIsReportedHoweverItMeetsTheCloseOfALoopThatNeverRan() {
    check(() -> {
      var port = new FakePort();
      var outcome = new Outcome();
      EventLoop loop = port.loop((which, error) -> outcome.reported.incrementAndGet());
      Thread sender = start(() -> outcome.execute(loop));
      loop.close();
      join(sender);
      assertEquals(outcome.accepted.get(), outcome.reported.get(), "accepted and reported");
      assertTrue(loop.onClosed().toCompletableFuture().isDone());
      assertTrue(port.closed);
    });
  }

  @Test
  void anAcceptedTaskRunsOrIsReportedHoweverCloseMeetsTheFirstTurn() {
    check(() -> {
      var port = new FakePort();
      var outcome = new Outcome();
      EventLoop loop = port.loop((which, error) -> outcome.reported.incrementAndGet());
      AtomicBoolean closed = closedFlag(loop);
      outcome.execute(loop);
      Thread closer = start(loop::close);
      try {
        while (!closed.get()) {
          FakePort.turn(loop, true);
        }
      } catch (IllegalStateException closedMeanwhile) {
        assertTrue(loop.isClosed());
      }
      join(closer);
      assertTrue(closed.get());
      assertEquals(1, outcome.ran.get() + outcome.reported.get());
    });
  }

  @Test
  void aTimerRunsOrIsCancelledByOneThreadOnly() {
    check(() -> {
      EventLoop loop = new FakePort().loop();
      var ran = new AtomicInteger();
      var cancelled = new AtomicInteger();
      FakePort.turn(loop, false);
      Timer timer = loop.scheduleAt(ran::incrementAndGet, 0);
      Thread first = start(() -> cancelled.addAndGet(timer.cancel() ? 1 : 0));
      Thread second = start(() -> cancelled.addAndGet(timer.cancel() ? 1 : 0));
      turns(loop, 3);
      join(first, second);
      turns(loop, 3);
      assertEquals(1, ran.get() + cancelled.get(), "ran " + ran + ", cancelled " + cancelled);
      assertEquals(0, loop.pendingTimers());
    });
  }

  @Test
  void aTimerOfAnotherThreadRunsOrIsCancelledWhereverItStands() {
    check(() -> {
      EventLoop loop = new FakePort().loop();
      var ran = new AtomicInteger();
      var cancelled = new AtomicInteger();
      FakePort.turn(loop, false);
      Thread other =
          start(() -> {
            Timer timer = loop.scheduleAt(ran::incrementAndGet, 0);
            cancelled.addAndGet(timer.cancel() ? 1 : 0);
          });
      turns(loop, 3);
      join(other);
      turns(loop, 3);
      assertEquals(1, ran.get() + cancelled.get(), "ran " + ran + ", cancelled " + cancelled);
      assertEquals(0, loop.pendingTimers());
      assertFalse(loop.isClosed());
    });
  }

  // ---- what they share

  /** One task, and what became of it. */
  private static final class Outcome {
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger ran = new AtomicInteger();
    final AtomicInteger reported = new AtomicInteger();

    void execute(EventLoop loop) {
      try {
        loop.execute(ran::incrementAndGet);
        accepted.incrementAndGet();
      } catch (RejectedExecutionException refused) {
        assertTrue(loop.isClosed());
      }
    }
  }

  private static AtomicBoolean closedFlag(EventLoop loop) {
    var closed = new AtomicBoolean();
    loop.onClosed().thenRun(() -> closed.set(true));
    return closed;
  }

  private static void turns(EventLoop loop, int count) {
    for (int i = 0; i < count; i++) {
      FakePort.turn(loop, false);
    }
  }

  private static void check(Runnable scenario) {
    Lincheck.runConcurrentTest(Effort.invocations(), scenario);
  }

  private static Thread start(Runnable action) {
    Thread thread = new Thread(action);
    thread.start();
    return thread;
  }

  private static void join(Thread... threads) {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
