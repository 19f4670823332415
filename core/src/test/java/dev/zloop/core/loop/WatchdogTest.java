package dev.zloop.core.loop;

import static dev.zloop.core.loop.WatchedLoop.BLOCKED_MILLIS;
import static dev.zloop.core.loop.WatchedLoop.INTERVAL_MILLIS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.BlockedLoop;
import dev.zloop.core.LoopHealth.Status;
import dev.zloop.core.ZLoop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** When a loop counts as blocked, and what is told of it; in time that the tests move on. */
class WatchdogTest {
  private final WatchedLoop watched = new WatchedLoop();
  private final EventLoop loop = watched.loop;

  /** The test's thread goes on to other tests. */
  @AfterEach
  void letGo() {
    CurrentLoop.clear(loop);
  }

  @Nested
  class ATurnThatDoesNotEnd {

    @Test
    void isReportedOnceWhenItHasBeenSeenForThatLong() {
      watched.turn(() -> {
        watched.pass(INTERVAL_MILLIS); // seen for the first time
        watched.pass(BLOCKED_MILLIS - INTERVAL_MILLIS);
        assertEquals(List.of(), watched.blocked);
        watched.pass(INTERVAL_MILLIS);
        assertEquals(1, watched.blocked.size());
        watched.pass(10 * BLOCKED_MILLIS);
        assertEquals(1, watched.blocked.size());
      });
      assertEquals(Duration.ofMillis(BLOCKED_MILLIS), watched.blocked.getFirst().blocked());
    }

    @Test
    void isReportedWithItsThreadItsStackAndWhatRuns() {
      Runnable task =
          new Runnable() {
            @Override
            public void run() {
              watched.pass(2 * BLOCKED_MILLIS);
            }

            @Override
            public String toString() {
              return "the culprit";
            }
          };
      watched.turn(task);
      BlockedLoop report = watched.blocked.getFirst();
      assertSame(loop, report.loop());
      assertSame(Thread.currentThread(), report.thread());
      assertEquals(Thread.State.RUNNABLE, report.state());
      assertEquals("the culprit (" + task.getClass().getName() + ")", report.running());
      assertTrue(
          report.stack().stream()
              .anyMatch(frame -> frame.getClassName().equals(task.getClass().getName())),
          report::toString);
      assertEquals(0, report.callbacks());
      assertEquals(Duration.ZERO, report.stoodStill());
      assertEquals(Optional.empty(), report.origin());
    }

    @Test
    void isReportedWithTheTaskOfTheTimerThatRuns() {
      Runnable task = () -> watched.pass(2 * BLOCKED_MILLIS);
      watched.turn();
      loop.schedule(task, Duration.ofMillis(1));
      watched.skip(1);
      watched.turn();
      String running = watched.blocked.getFirst().running();
      assertEquals("timer of " + task, running);
    }

    @Test
    void isReportedAlsoWhereItRunsOneCallbackAfterTheOther() {
      for (int i = 0; i < 100; i++) {
        loop.execute(() -> watched.pass(INTERVAL_MILLIS));
      }
      watched.turn();
      BlockedLoop report = watched.blocked.getFirst();
      assertEquals(BLOCKED_MILLIS / INTERVAL_MILLIS, report.callbacks());
      assertTrue(report.toString().contains("of one turn"), report::toString);
      assertEquals(0, loop.health().slowCallbacks());
    }

    @Test
    void hasATextThatSaysAllOfIt() {
      watched.turn(() -> watched.pass(2 * BLOCKED_MILLIS));
      String text = watched.blocked.getFirst().toString();
      assertTrue(text.startsWith("loop watched is blocked for 1000 ms by "), text);
      assertTrue(text.contains(Thread.currentThread().getName() + " is RUNNABLE\n\tat "), text);
      assertTrue(text.contains("\tat " + getClass().getEnclosingClass().getName()), text);
    }

    @Test
    void isReportedByItsClassWhereToStringNeedsWhatTheLoopHas() {
      var held = new CountDownLatch(1);
      Runnable task =
          new Runnable() {
            @Override
            public void run() {
              watched.pass(2 * BLOCKED_MILLIS);
            }

            @Override
            public String toString() {
              try {
                held.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return "too late";
            }
          };
      watched.turn(task);
      held.countDown();
      assertEquals(task.getClass().getName(), watched.blocked.getFirst().running());
    }

    @Test
    void goesToTheLogByDefault() {
      try (var log = new CapturedLog()) {
        watched.onBlocked = () -> BlockedLog.INSTANCE.onBlocked(watched.blocked.getLast());
        watched.turn(() -> watched.pass(2 * BLOCKED_MILLIS));
        BlockedLog.INSTANCE.onRecovered(watched.blocked.getLast(), Duration.ofMillis(2_345));
        assertEquals(watched.blocked.getLast().toString(), log.records.getFirst().getMessage());
        assertEquals(
            "loop watched goes on after it was blocked for 2345 ms",
            log.records.getLast().getMessage());
        assertEquals("WARNING", log.records.getLast().getLevel().getName());
      }
    }
  }

  @Nested
  class ItsEnd {

    @Test
    void isReportedWithHowLongItTookToTheNanosecond() {
      watched.turn(() -> {
        watched.pass(1_500); // the first look comes after 50 ms
        watched.io.nowNanos += 7;
      });
      assertEquals(List.of(), watched.recovered);
      watched.pass(INTERVAL_MILLIS);
      assertEquals(List.of(Duration.ofMillis(1_450).plusNanos(7)), watched.recovered);
      watched.pass(10 * BLOCKED_MILLIS);
      assertEquals(1, watched.recovered.size());
    }

    @Test
    void isNotReportedWhereNothingElseWas() {
      watched.turn(() -> watched.pass(BLOCKED_MILLIS));
      watched.pass(BLOCKED_MILLIS);
      assertEquals(List.of(), watched.blocked);
      assertEquals(List.of(), watched.recovered);
    }

    @Test
    void comesBeforeTheNextTurnIsReported() {
      for (int episode = 1; episode <= 3; episode++) {
        watched.turn(() -> watched.pass(2 * BLOCKED_MILLIS));
        assertEquals(episode, watched.blocked.size());
        assertEquals(episode - 1, watched.recovered.size());
      }
      watched.pass(INTERVAL_MILLIS);
      assertEquals(3, watched.recovered.size());
      assertEquals(3, loop.health().blockedEpisodes());
    }

    @Test
    void isAtTheLookThatFindsItWhereTheLoopWasFasterThanTheQuestion() {
      var progress = new Progress();
      progress.beginTurn();
      long turn = progress.turn();
      progress.endTurn(() -> 5);
      progress.askForEndOf(turn);
      assertEquals(9, progress.endOf(turn, 9));
    }

    @Test
    void doesNotMakeTheLoopLookAtTheClockUnlessItWasAsked() {
      watched.turn(() -> watched.pass(INTERVAL_MILLIS));
      int readings = watched.io.clockReadings;
      for (int i = 0; i < 100; i++) {
        watched.turn(() -> {});
      }
      assertEquals(readings, watched.io.clockReadings);
    }
  }

  @Nested
  class NotBlockedIs {

    @Test
    void aLoopThatWaits() {
      watched.io.duringNextWait(() -> watched.pass(10 * BLOCKED_MILLIS));
      loop.runOnce(EventLoop.NO_DEADLINE, true, 1);
      assertEquals(List.of(), watched.blocked);
    }

    @Test
    void aLoopThatItsEmbedderDoesNotTurn() {
      watched.turn();
      watched.pass(10 * BLOCKED_MILLIS);
      assertEquals(List.of(), watched.blocked);
    }

    @Test
    void aLoopThatComesRoundHoweverBusy() {
      for (int i = 0; i < 100; i++) {
        watched.turn(() -> watched.pass(BLOCKED_MILLIS / 2));
      }
      assertEquals(List.of(), watched.blocked);
    }
  }

  @Nested
  class WhenTheWholeJvmStandsStill {

    @Test
    void forTheCollectorTheLoopIsNotBlamed() {
      watched.turn(() -> {
        watched.pass(BLOCKED_MILLIS / 2);
        watched.skip(20 * BLOCKED_MILLIS);
        watched.watchdog.tick();
        watched.pass(BLOCKED_MILLIS / 4);
      });
      assertEquals(List.of(), watched.blocked);
      assertEquals(Status.UP, loop.health().status());
      assertEquals(0, loop.health().blockedEpisodes());
    }

    @Test
    void thatTimeIsTakenOffAndTold() {
      watched.turn(() -> {
        watched.pass(INTERVAL_MILLIS); // seen for the first time
        watched.pass(BLOCKED_MILLIS / 2);
        watched.skip(20_000 + INTERVAL_MILLIS);
        watched.watchdog.tick();
        watched.pass(2 * BLOCKED_MILLIS);
        watched.skip(30_000 + INTERVAL_MILLIS); // and once more, until the end
      });
      BlockedLoop report = watched.blocked.getFirst();
      assertEquals(Duration.ofMillis(BLOCKED_MILLIS), report.blocked());
      assertEquals(Duration.ofSeconds(20), report.stoodStill());
      assertTrue(report.toString().contains("the JVM stood still for 20000 ms"), report::toString);
      watched.watchdog.tick();
      assertEquals(
          List.of(Duration.ofMillis(5 * BLOCKED_MILLIS / 2 + 2 * INTERVAL_MILLIS)),
          watched.recovered);
    }

    @Test
    void whileTheMachineIsSuspendedAndTheLoopWaitsNothingIsTold() {
      watched.turn();
      watched.watchdog.tick();
      watched.skip(Duration.ofHours(8).toMillis());
      watched.watchdog.tick();
      watched.turn();
      watched.pass(10 * BLOCKED_MILLIS);
      assertEquals(List.of(), watched.blocked);
    }

    @Test
    void isNotMistakenForAHandlerThatTakesItsTime() {
      watched.onBlocked = () -> watched.skip(700);
      watched.turn(() -> watched.pass(1_500));
      watched.pass(INTERVAL_MILLIS);
      assertEquals(List.of(Duration.ofMillis(1_450 + 700)), watched.recovered);
    }
  }

  @Nested
  class SlowCallbacks {

    @Test
    void areCountedOnceEach() {
      for (int i = 0; i < 3; i++) {
        loop.execute(() -> watched.pass(4 * INTERVAL_MILLIS));
        loop.execute(() -> watched.pass(INTERVAL_MILLIS));
      }
      watched.turn();
      assertEquals(3, loop.health().slowCallbacks());
      assertEquals(Duration.ofMillis(3 * INTERVAL_MILLIS), loop.health().longestCallback());
    }

    @Test
    void areToldToTheLogOfWhoWantsToKnow() {
      var logger = java.util.logging.Logger.getLogger("dev.zloop.core");
      try (var log = new CapturedLog()) {
        Runnable task = () -> watched.pass(4 * INTERVAL_MILLIS);
        watched.turn(task);
        assertEquals(List.of(), log.records);
        logger.setLevel(java.util.logging.Level.FINE);
        watched.turn(task);
        assertEquals(
            "on loop watched, " + task + " runs for 100 ms", log.records.getFirst().getMessage());
        assertEquals(1, log.records.size());
      } finally {
        logger.setLevel(null);
      }
    }

    @Test
    void areNotThoseDuringWhichTheWholeJvmStoodStill() {
      watched.turn(() -> {
        watched.pass(INTERVAL_MILLIS);
        watched.skip(20_000);
        watched.watchdog.tick();
      });
      assertEquals(0, loop.health().slowCallbacks());
    }

    @Test
    void areNotThoseAfterWhichTheLoopWaits() {
      watched.turn(() -> watched.pass(INTERVAL_MILLIS));
      watched.pass(20_000);
      assertEquals(0, loop.health().slowCallbacks());
    }
  }

  @Nested
  class ItsHandler {

    @Test
    void mayThrow() {
      var failure = new IllegalStateException("the handler's");
      watched.onBlocked =
          () -> {
            throw failure;
          };
      try (var log = new CapturedLog()) {
        watched.turn(() -> watched.pass(2 * BLOCKED_MILLIS));
        assertSame(failure, log.records.getFirst().getThrown());
        assertTrue(log.records.getFirst().getMessage().contains("watched"));
        assertEquals(1, log.records.size());
      }
      watched.pass(INTERVAL_MILLIS);
      assertEquals(1, watched.recovered.size());
    }
  }

  @Nested
  class ALoopThatEnds {

    @Test
    void isLetGoOf() {
      watched.turn();
      assertFalse(watched.watchdog.isIdle());
      assertTrue(watched.watchdog.tick() > 0);
      loop.close();
      watched.turn();
      assertEquals(-1, watched.watchdog.tick());
      assertTrue(watched.watchdog.isIdle());
    }

    @Test
    void isReportedWhereItsLastTurnDoesNotEndAndWhenItDoes() {
      watched.turn();
      loop.onClosed()
          .thenRun(() -> {
            watched.pass(2 * BLOCKED_MILLIS);
            assertEquals(1, watched.blocked.size());
            assertEquals(Status.BLOCKED, loop.health().status());
          });
      loop.close();
      watched.turn();
      watched.watchdog.tick();
      assertEquals(1, watched.recovered.size());
      assertTrue(watched.watchdog.isIdle());
      assertEquals(Status.CLOSED, loop.health().status());
    }

    @Test
    void hasRecoveredAlsoWhereADefectEndsIt() {
      var defect = new AssertionError("a defect");
      watched.io.events.add(() -> {
        watched.pass(2 * BLOCKED_MILLIS);
        throw defect;
      });
      try (var log = new CapturedLog()) {
        assertThrows(AssertionError.class, watched::turn);
        assertSame(defect, log.records.getFirst().getThrown());
      }
      watched.watchdog.tick();
      assertEquals(1, watched.recovered.size());
      assertTrue(watched.watchdog.isIdle());
    }

    @Test
    void andAnotherThatComesLaterIsNotBlamedForTheTimeBetween() {
      watched.turn();
      watched.watchdog.tick();
      loop.close();
      watched.turn();
      watched.watchdog.tick();
      watched.skip(20_000); // nobody looks
      var other = Loops.watched(new FakeIo(), watched.io, EventLoop::logError, watched.settings);
      other.execute(() -> watched.pass(2 * BLOCKED_MILLIS));
      other.runOnce(EventLoop.NO_DEADLINE, false, 1);
      assertEquals(Duration.ZERO, watched.blocked.getFirst().stoodStill());
      CurrentLoop.clear(other);
    }
  }

  @Nested
  class SwitchedOff {

    @Test
    void itLooksAtNothing() {
      var off = new WatchedLoop(0, 0);
      off.turn();
      assertTrue(off.watchdog.isIdle());
      CurrentLoop.clear(off.loop);
    }

    @Test
    void forBlockedTurnsItCountsSlowCallbacks() {
      var slow = new WatchedLoop(0, WatchedLoop.SLOW_MILLIS);
      slow.turn(() -> slow.pass(10 * BLOCKED_MILLIS));
      assertEquals(List.of(), slow.blocked);
      assertEquals(1, slow.loop.health().slowCallbacks());
      CurrentLoop.clear(slow.loop);
    }

    @Test
    void forSlowCallbacksItReportsBlockedTurns() {
      var blocked = new WatchedLoop(BLOCKED_MILLIS, 0);
      blocked.turn(() -> blocked.pass(2 * BLOCKED_MILLIS));
      assertEquals(1, blocked.blocked.size());
      assertEquals(0, blocked.loop.health().slowCallbacks());
      CurrentLoop.clear(blocked.loop);
    }
  }

  @Test
  void looksTwiceInTheShorterTimeButNotMoreOftenThanNeededNorTooRarely() {
    assertEquals(50, new WatchedLoop(1_000, 100).watchdogIntervalMillis());
    assertEquals(50, new WatchedLoop(100, 1_000).watchdogIntervalMillis());
    assertEquals(10, new WatchedLoop(1_000, 1).watchdogIntervalMillis());
    assertEquals(100, new WatchedLoop(60_000, 0).watchdogIntervalMillis());
  }

  @Test
  void aTurnIsNoOlderThanItIsBecauseAHandlerTookItsTime() {
    EventLoop other =
        Loops.watched(watched.io, watched.io, (failed, error) -> {}, watched.settings);
    other.runOnce(ZLoop.NO_DEADLINE, false, 1);
    watched.onBlocked =
        () -> {
          watched.skip(3 * BLOCKED_MILLIS);
          other.progress().beginTurn();
        };
    watched.turn(() -> watched.pass(2 * BLOCKED_MILLIS - INTERVAL_MILLIS));
    assertEquals(List.of(loop), watched.blocked.stream().map(BlockedLoop::loop).toList());
    other.progress().endTurn(watched.io);
    CurrentLoop.clear(other);
  }

  @Test
  void whoIsToldOfTheEndIsNotTakenForTheCallbackThatRan() {
    loop.onClosed().thenRun(() -> watched.pass(2 * BLOCKED_MILLIS));
    watched.turn(loop::close);
    assertEquals("", watched.blocked.getFirst().running());
  }

  @Test
  void aTurnThatIsOverIsNotUnhealthyUntilSomebodyLooksAgain() {
    watched.turn(() -> {
      watched.pass(2 * BLOCKED_MILLIS);
      assertEquals(Status.BLOCKED, loop.health().status());
    });
    assertEquals(Status.UP, loop.health().status());
    assertEquals(Duration.ZERO, loop.health().blocked());
  }
}
