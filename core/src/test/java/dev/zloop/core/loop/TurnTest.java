package dev.zloop.core.loop;

import static dev.zloop.core.ZLoop.NO_DEADLINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One turn: what it takes, how long it waits, what it runs. */
class TurnTest {
  private final DrivenLoop driven = new DrivenLoop();
  private final EventLoop loop = driven.loop;
  private final FakeIo io = driven.io;

  @Nested
  class HowLongItWaits {

    @Test
    void waitsForEverWhenThereIsNothingToDo() {
      driven.turn();
      assertEquals(List.of(-1L), io.timeouts);
    }

    @Test
    void waitsUntilTheFirstTimer() {
      loop.schedule(driven.note("late"), Duration.ofSeconds(9));
      loop.schedule(driven.note("first"), Duration.ofNanos(700));
      driven.turn(); // takes what was given before the loop had an owner
      driven.turn();
      assertEquals(List.of(0L, 700L), io.timeouts);
      assertEquals(List.of("first"), driven.trace);
    }

    @Test
    void timeThatPassesBeforeTheWaitIsTakenOff() {
      driven.poll();
      loop.schedule(driven.note("timer"), Duration.ofNanos(700));
      io.nowNanos += 300;
      driven.turn();
      assertEquals(400, io.lastTimeout());
      assertEquals(List.of("timer"), driven.trace);
    }

    @Test
    void doesNotWaitWhenATimerIsOverdue() {
      driven.poll();
      loop.schedule(driven.note("timer"), Duration.ofNanos(700));
      io.nowNanos += 1000;
      driven.turn();
      assertEquals(0, io.lastTimeout());
      assertEquals(List.of("timer"), driven.trace);
    }

    @Test
    void doesNotWaitWhenTheInboxHasATask() {
      driven.poll();
      driven.executeElsewhere(driven.note("task"));
      driven.turn();
      assertEquals(0, io.lastTimeout());
      assertEquals(List.of("task"), driven.trace);
    }

    @Test
    void doesNotWaitWhenATaskIsReady() {
      driven.poll();
      loop.execute(driven.note("task"));
      driven.turn();
      assertEquals(0, io.lastTimeout());
      assertEquals(List.of("task"), driven.trace);
    }

    @Test
    void doesNotWaitWhileThereIsABacklogThatNoEventAnnounces() {
      io.backlog = true;
      driven.turn();
      assertEquals(0, io.lastTimeout());
      io.backlog = false;
      driven.turn();
      assertEquals(-1, io.lastTimeout());
    }

    @Test
    void doesNotWaitWhenItMayNot() {
      driven.poll();
      assertEquals(List.of(0L), io.timeouts);
    }

    @Test
    void waitsUntilTheEmbeddersDeadline() {
      io.nowNanos = 100;
      loop.runOnce(1_100, true, 1);
      assertEquals(List.of(1_000L), io.timeouts);
    }

    @Test
    void aTimerBeforeTheEmbeddersDeadlineGoesFirst() {
      driven.poll();
      loop.schedule(driven.note("timer"), Duration.ofNanos(10));
      loop.runOnce(1_000, true, 1);
      assertEquals(10, io.lastTimeout());
      assertEquals(List.of("timer"), driven.trace);
    }

    @Test
    void theEmbeddersDeadlineBeforeATimerGoesFirst() {
      driven.poll();
      loop.schedule(driven.note("timer"), Duration.ofNanos(1_000));
      loop.runOnce(10, true, 1);
      assertEquals(10, io.lastTimeout());
      assertEquals(List.of(), driven.trace);
    }

    @Test
    void aDeadlineThatHasPassedMeansNoWaiting() {
      io.nowNanos = 100;
      loop.runOnce(99, true, 1);
      assertEquals(List.of(0L), io.timeouts);
    }

    @Test
    void aDeadlineBeyondTheOverflowOfTheClockIsInTheFuture() {
      io.nowNanos = Long.MAX_VALUE - 5;
      loop.runOnce(Long.MIN_VALUE + 4, true, 1);
      assertEquals(List.of(10L), io.timeouts);
    }
  }

  @Nested
  class WhenItReadsTheClock {

    @Test
    void notAtAllWithoutTimersAndDeadline() {
      driven.turn();
      loop.execute(driven.note("task"));
      driven.turn();
      assertEquals(0, io.clockReadings);
    }

    @Test
    void onceHoweverManyTimersAreDue() {
      driven.poll();
      IntStream.range(0, 100)
          .forEach(i -> loop.schedule(driven.note("timer"), Duration.ofNanos(1)));
      loop.execute(driven.note("task"));
      io.nowNanos = 1;
      io.clockReadings = 0;
      driven.turn();
      assertEquals(1, io.clockReadings);
      assertEquals(101, driven.trace.size());
    }

    @Test
    void onceMoreToKnowHowLongToWait() {
      driven.poll();
      loop.schedule(driven.note("timer"), Duration.ofNanos(1));
      io.clockReadings = 0;
      driven.turn();
      assertEquals(2, io.clockReadings);
    }
  }

  @Nested
  class WhatItRuns {

    @Test
    void eventsFirstThenTasksThenDueTimers() {
      driven.poll();
      loop.schedule(driven.note("timer"), Duration.ofNanos(1));
      driven.executeElsewhere(driven.note("task from elsewhere"));
      loop.execute(driven.note("task"));
      io.events.add(driven.note("event"));
      io.nowNanos = 1;
      driven.turn();
      assertEquals(List.of("event", "task", "task from elsewhere", "timer"), driven.trace);
    }

    @Test
    void whatATaskAddsWaitsForTheNextTurn() {
      loop.execute(() -> {
        driven.trace.add("first");
        loop.execute(driven.note("task"));
        loop.schedule(driven.note("at once"), Duration.ZERO);
        loop.defer(driven.note("deferred"));
      });
      driven.turn();
      assertEquals(List.of("first"), driven.trace);
      driven.turn();
      assertEquals(List.of("first", "task", "at once", "deferred"), driven.trace);
      assertEquals(0, io.lastTimeout());
    }

    @Test
    void ioGoesOnBetweenTheTurnsOfATaskThatNeverEnds() {
      loop.execute(
          new Runnable() {
            @Override
            public void run() {
              driven.trace.add("task");
              loop.execute(this);
            }
          });
      for (int i = 0; i < 3; i++) {
        io.events.add(driven.note("event"));
        assertEquals(1, driven.turn());
      }
      assertEquals(List.of("event", "task", "event", "task", "event", "task"), driven.trace);
    }

    @Test
    void whatAnEventAddsRunsInTheSameTurn() {
      io.events.add(() -> loop.execute(driven.note("task")));
      driven.turn();
      assertEquals(List.of("task"), driven.trace);
    }

    @Test
    void whatArrivedDuringTheWaitRunsInTheSameTurn() {
      io.duringNextWait(() -> driven.executeElsewhere(driven.note("task")));
      driven.turn();
      assertEquals(List.of("task"), driven.trace);
      assertEquals(List.of(-1L), io.timeouts);
    }

    @Test
    void whatOthersAddWhileTasksRunWaitsForTheNextTurn() {
      driven.poll();
      driven.executeElsewhere(
          new Runnable() {
            @Override
            public void run() {
              driven.trace.add("task");
              driven.executeElsewhere(this);
            }
          });
      driven.turn();
      assertEquals(List.of("task"), driven.trace);
      driven.turn();
      assertEquals(List.of("task", "task"), driven.trace);
    }

    @Test
    void noMoreThanMaxTasksAndTheRestWithoutWaitingInOrder() {
      for (String word : List.of("a", "b", "c", "d", "e")) {
        loop.execute(driven.note(word));
      }
      loop.runOnce(NO_DEADLINE, true, 2);
      assertEquals(List.of("a", "b"), driven.trace);
      loop.runOnce(NO_DEADLINE, true, 2);
      assertEquals(List.of("a", "b", "c", "d"), driven.trace);
      loop.runOnce(NO_DEADLINE, true, 2);
      assertEquals(List.of("a", "b", "c", "d", "e"), driven.trace);
      assertEquals(List.of(0L, 0L, 0L), io.timeouts);
      driven.turn();
      assertEquals(-1, io.lastTimeout());
    }

    @Test
    void maxTasksCountsTimersToo() {
      driven.poll();
      loop.schedule(driven.note("a"), Duration.ofNanos(1));
      loop.schedule(driven.note("b"), Duration.ofNanos(2));
      io.nowNanos = 2;
      loop.runOnce(NO_DEADLINE, true, 1);
      assertEquals(List.of("a"), driven.trace);
      loop.runOnce(NO_DEADLINE, true, 1);
      assertEquals(List.of("a", "b"), driven.trace);
    }

    @Test
    void returnsHowManyHandlesWereServedAndNotHowManyTasksRan() {
      loop.execute(driven.note("task"));
      assertEquals(0, driven.turn());
      io.events.add(driven.note("event"));
      io.events.add(driven.note("event"));
      assertEquals(2, driven.turn());
    }

    @Test
    void nothingRunsWithinExecuteOrSchedule() {
      loop.execute(() -> {
        loop.execute(driven.note("task"));
        loop.schedule(driven.note("timer"), Duration.ZERO);
        loop.schedule(driven.note("timer"), Duration.ofSeconds(-1));
        assertEquals(List.of(), driven.trace);
      });
      driven.turn();
      assertEquals(List.of(), driven.errors);
      assertEquals(List.of(), driven.trace);
      driven.turn();
      assertEquals(List.of("task", "timer", "timer"), driven.trace);
    }

    @Test
    void tasksOfOneThreadRunInTheOrderOfThatThread() {
      loop.execute(driven.note("1")); // before the loop had an owner
      driven.executeElsewhere(driven.note("a"));
      loop.execute(() -> {
        driven.trace.add("2");
        loop.execute(driven.note("4"));
      });
      loop.schedule(driven.note("3"), Duration.ZERO);
      driven.turn();
      driven.turn();
      assertEquals(List.of("1", "a", "2", "3", "4"), driven.trace);
    }

    @Test
    void pendingTasksAreThoseThatWaitInTheInbox() {
      assertEquals(0, loop.pendingTasks());
      driven.executeElsewhere(driven.note("a"));
      driven.executeElsewhere(driven.note("b"));
      assertEquals(2, loop.pendingTasks());
      driven.turn();
      assertEquals(0, loop.pendingTasks());
    }
  }

  @Nested
  class WhatItRefuses {

    @Test
    void anOtherThreadsTurn() {
      driven.poll();
      Elsewhere.run(() -> {
        var error = assertThrows(IllegalStateException.class, driven::poll);
        assertTrue(error.getMessage().contains("driven"), error.getMessage());
        assertTrue(error.getMessage().contains("elsewhere"), error.getMessage());
      });
      driven.poll();
    }

    @Test
    void aTurnWithinATurn() {
      loop.execute(driven::poll);
      loop.execute(driven.note("next"));
      driven.turn();
      assertEquals(1, driven.errors.size());
      assertEquals(IllegalStateException.class, driven.errors.getFirst().getClass());
      assertEquals(List.of("next"), driven.trace);
      driven.turn(); // the loop goes on
    }

    @Test
    void aTurnWithoutTasks() {
      assertThrows(IllegalArgumentException.class, () -> loop.runOnce(NO_DEADLINE, false, 0));
      Elsewhere.run(driven::poll); // the refused call did not make this thread the owner
    }

    @Test
    void nullTasks() {
      assertThrows(NullPointerException.class, () -> loop.execute(null));
      assertThrows(NullPointerException.class, () -> loop.schedule(null, Duration.ZERO));
      assertThrows(NullPointerException.class, () -> loop.schedule(() -> {}, null));
    }
  }

  @Nested
  class WhenATaskThrows {

    @Test
    void itIsReportedAndTheLoopGoesOn() {
      var exception = new IllegalArgumentException("a task's");
      var error = new AssertionError("a task's");
      loop.execute(() -> {
        throw exception;
      });
      loop.execute(driven.note("next"));
      loop.schedule(
          () -> {
            throw error;
          },
          Duration.ZERO);
      driven.turn();
      assertEquals(List.of(exception, error), driven.errors);
      assertEquals(List.of("next"), driven.trace);
      driven.turn();
      assertFalse(driven.isClosed());
    }

    @Test
    void anErrorHandlerThatThrowsIsLoggedAndSurvived() {
      var error = new IllegalArgumentException("a task's");
      var handlers = new IllegalStateException("the handler's");
      var loop =
          Loops.on(
              io,
              (l, e) -> {
                throw handlers;
              });
      loop.execute(() -> {
        throw error;
      });
      loop.execute(driven.note("next"));
      try (var log = new CapturedLog()) {
        loop.runOnce(NO_DEADLINE, true, Integer.MAX_VALUE);
        assertEquals(handlers, log.records.getFirst().getThrown());
      }
      assertEquals(List.of(error), List.of(handlers.getSuppressed()));
      assertEquals(List.of("next"), driven.trace);
      loop.runOnce(NO_DEADLINE, true, Integer.MAX_VALUE);
    }

    @Test
    void anErrorHandlerThatThrowsWhatItWasGivenIsSurvivedToo() {
      var error = new IllegalArgumentException("a task's");
      var loop =
          Loops.on(
              io,
              (l, e) -> {
                throw (RuntimeException) e;
              });
      loop.execute(() -> {
        throw error;
      });
      loop.execute(driven.note("next"));
      try (var log = new CapturedLog()) {
        loop.runOnce(NO_DEADLINE, true, Integer.MAX_VALUE);
        assertEquals(error, log.records.getFirst().getThrown());
      }
      assertEquals(List.of("next"), driven.trace);
      assertFalse(loop.onClosed().toCompletableFuture().isDone());
    }

    @Test
    void theDefaultHandlerLogsWithTheLoopsName() {
      var error = new IllegalArgumentException("a task's");
      try (var log = new CapturedLog()) {
        EventLoop.logError(loop, error);
        assertEquals(error, log.records.getFirst().getThrown());
        assertTrue(log.records.getFirst().getMessage().contains("driven"));
      }
    }
  }
}
