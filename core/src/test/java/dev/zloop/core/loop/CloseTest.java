package dev.zloop.core.loop;

import static dev.zloop.core.ZLoop.NO_DEADLINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.Timer;
import dev.zloop.nativereactor.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How a loop ends that an embedder turns; {@link CloseRaceTest} has threads. */
class CloseTest {
  private final DrivenLoop driven = new DrivenLoop();
  private final EventLoop loop = driven.loop;
  private final FakeIo io = driven.io;

  private void assertClosed() {
    assertEquals(1, io.closeCalls);
    assertTrue(driven.closed().isDone());
    assertFalse(driven.closed().isCompletedExceptionally());
  }

  private void assertStillClosing() {
    assertFalse(io.closed);
    assertFalse(driven.closed().isDone());
  }

  private void assertReported(String... tasks) {
    assertEquals(tasks.length, driven.errors.size(), driven.errors::toString);
    for (int i = 0; i < tasks.length; i++) {
      Throwable error = driven.errors.get(i);
      assertInstanceOf(RejectedExecutionException.class, error);
      assertTrue(error.getMessage().contains(tasks[i]), error.getMessage());
      assertTrue(error.getMessage().contains("driven"), error.getMessage());
    }
  }

  /** Notes when it gives back what it holds. */
  private final class Holder implements Abandonable {
    private final String name;
    boolean ran;

    Holder(String name) {
      this.name = name;
    }

    @Override
    public void run() {
      ran = true;
    }

    @Override
    public void abandon() {
      assertFalse(io.closed);
      driven.trace.add(name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @Nested
  class BeforeItWasStarted {

    @Test
    void itIsClosedAtOnce() {
      loop.close();
      assertClosed();
    }

    @Test
    void acceptedTasksAreReportedByName() {
      loop.execute(driven.note("first task"));
      loop.schedule(driven.note("second task"), Duration.ZERO);
      loop.execute(driven.note("third task"));
      loop.close();
      assertReported("first task", "second task", "third task");
      assertEquals(List.of(), driven.trace);
      assertClosed();
    }

    @Test
    void pendingTimersAreCancelledAndNotReported() {
      Timer timer = loop.schedule(driven.note("timer"), Duration.ofNanos(1));
      assertFalse(timer.isCancelled());
      loop.close();
      assertTrue(timer.isCancelled());
      assertFalse(timer.cancel());
      assertReported();
    }

    @Test
    void timersWithoutDelayAreDoneWithToo() {
      Timer timer = loop.schedule(driven.note("timer"), Duration.ZERO);
      loop.close();
      assertTrue(timer.isDone());
      assertFalse(timer.cancel());
      assertReported("timer");
    }

    @Test
    void cancelledTimersAreNotReported() {
      loop.schedule(driven.note("timer"), Duration.ofNanos(1)).cancel();
      loop.schedule(driven.note("timer"), Duration.ZERO).cancel();
      loop.close();
      assertReported();
    }

    @Test
    void aTaskThatHasNoNameIsReportedNevertheless() {
      var nameless =
          new Runnable() {
            @Override
            public void run() {}

            @Override
            public String toString() {
              throw new IllegalStateException("no name");
            }
          };
      loop.execute(nameless);
      loop.execute(driven.note("second task"));
      loop.close();
      assertReported(nameless.getClass().getName(), "second task");
      assertClosed();
    }

    @Test
    void whatTasksAndTimersHoldIsGivenBackOnce() {
      loop.execute(new Holder("task"));
      loop.schedule(new Holder("due timer"), Duration.ZERO);
      loop.schedule(new Holder("pending timer"), Duration.ofNanos(1));
      loop.schedule(new Holder("cancelled timer"), Duration.ofNanos(1)).cancel();
      loop.close();
      assertEquals(List.of("task", "due timer", "pending timer"), driven.trace);
      assertReported("task", "due timer");
      assertClosed();
    }

    @Test
    void aTaskThatFailsToGiveBackIsReportedAndTheOthersGiveBack() {
      var failure = new IllegalStateException("the task's");
      loop.execute(
          new Abandonable() {
            @Override
            public void run() {}

            @Override
            public void abandon() {
              throw failure;
            }
          });
      loop.execute(new Holder("next"));
      loop.close();
      assertEquals(List.of("next"), driven.trace);
      assertSame(failure, driven.errors.get(1));
      assertClosed();
    }

    @Test
    void noTurnRunsAfterwards() {
      loop.close();
      var error = assertThrows(IllegalStateException.class, driven::poll);
      assertTrue(error.getMessage().contains("driven is closed"), error.getMessage());
      assertTrue(io.timeouts.isEmpty());
    }

    @Test
    void itCannotBeStartedAfterwards() {
      loop.close();
      var error = assertThrows(IllegalStateException.class, loop::start);
      assertTrue(error.getMessage().contains("driven is closed"), error.getMessage());
    }
  }

  @Nested
  class InItsTurns {

    @Test
    void fromElsewhereItEndsInTheNextTurn() {
      driven.turn();
      Elsewhere.run(loop::close);
      assertStillClosing();
      driven.turn();
      assertEquals(List.of(-1L, 0L), io.timeouts);
      assertClosed();
    }

    @Test
    void asleepItIsWokenAndEndsInThatTurn() {
      io.duringNextWait(() -> Elsewhere.run(loop::close));
      driven.turn();
      assertEquals(1, io.wakeups.get());
      assertClosed();
    }

    @Test
    void fromATaskItEndsInThatTurn() {
      loop.execute(loop::close);
      loop.execute(driven.note("next"));
      driven.turn();
      assertEquals(List.of("next"), driven.trace);
      assertClosed();
    }

    @Test
    void fromATimerItEndsInThatTurn() {
      loop.schedule(loop::close, Duration.ofNanos(10));
      driven.turn();
      driven.turn();
      assertClosed();
    }

    @Test
    void fromAnEventItEndsInThatTurn() {
      io.events.add(loop::close);
      driven.turn();
      assertClosed();
    }

    @Test
    void fromItsOwnThreadBetweenTurnsTheNextTurnDoesNotWait() {
      driven.turn();
      loop.close();
      driven.turn();
      assertEquals(List.of(-1L, 0L), io.timeouts);
      assertClosed();
    }

    @Test
    void closingTwiceIsClosingOnce() {
      driven.turn();
      loop.close();
      loop.close();
      Elsewhere.run(loop::close);
      driven.turn();
      assertClosed();
      loop.close();
      Elsewhere.run(loop::close);
      assertClosed();
    }

    @Test
    void acceptedTasksRunFirst() {
      driven.turn();
      loop.execute(driven.note("a"));
      driven.executeElsewhere(driven.note("b"));
      loop.schedule(driven.note("c"), Duration.ZERO);
      loop.close();
      assertEquals(List.of(), driven.trace);
      driven.turn();
      assertEquals(List.of("a", "c", "b"), driven.trace);
      assertReported();
      assertClosed();
    }

    @Test
    void acceptedTasksRunAlsoWhenATurnTakesFew() {
      driven.poll();
      for (int i = 0; i < 3; i++) {
        loop.execute(driven.note("task"));
      }
      loop.close();
      for (int i = 1; i <= 3; i++) {
        assertStillClosing();
        loop.runOnce(NO_DEADLINE, true, 1);
        assertEquals(i, driven.trace.size());
      }
      assertClosed();
    }

    @Test
    void newWorkIsRejectedFromThenOn() {
      driven.turn();
      loop.execute(() -> {
        loop.close();
        assertRejects();
      });
      loop.execute(this::assertRejects);
      driven.turn();
      assertReported();
      assertClosed();
      assertRejects();
      Elsewhere.run(this::assertRejects);
    }

    private void assertRejects() {
      for (Runnable call :
          List.<Runnable>of(
              () -> loop.execute(driven.note("rejected")),
              () -> loop.schedule(driven.note("rejected"), Duration.ZERO),
              () -> loop.schedule(driven.note("rejected"), Duration.ofNanos(1)))) {
        var error = assertThrows(RejectedExecutionException.class, call::run);
        assertTrue(error.getMessage().contains("driven is closed"), error.getMessage());
      }
    }

    @Test
    void pendingTimersAreCancelledAndNotReported() {
      driven.turn();
      Timer own = loop.schedule(driven.note("timer"), Duration.ofNanos(1));
      var others = new ArrayList<Timer>();
      Elsewhere.run(() -> others.add(loop.schedule(driven.note("timer"), Duration.ofNanos(1))));
      loop.close();
      driven.turn();
      assertClosed();
      assertTrue(own.isCancelled());
      assertTrue(others.getFirst().isCancelled());
      assertFalse(own.cancel());
      assertEquals(0, loop.pendingTimers());
      assertEquals(List.of(), driven.trace);
      assertReported();
    }

    @Test
    void whatPendingTimersHoldIsGivenBackOnceAndBeforeTheIoIsClosed() {
      driven.turn();
      io.onClose = driven.note("io closed")::run;
      loop.schedule(new Holder("pending timer"), Duration.ofNanos(1));
      loop.schedule(new Holder("cancelled timer"), Duration.ofNanos(1)).cancel();
      loop.close();
      driven.turn();
      assertEquals(List.of("pending timer", "io closed"), driven.trace);
      assertReported();
    }

    @Test
    void whoGivesBackMayCancelOtherTimers() {
      driven.turn();
      var timers = new ArrayList<Timer>();
      Abandonable cancelsAll =
          new Abandonable() {
            @Override
            public void run() {}

            @Override
            public void abandon() {
              timers.forEach(Timer::cancel);
              driven.trace.add("given back");
            }
          };
      for (int i = 1; i <= 10; i++) {
        timers.add(loop.schedule(cancelsAll, Duration.ofNanos(i)));
      }
      loop.close();
      driven.turn();
      assertEquals(List.of("given back"), driven.trace);
      assertReported();
      assertClosed();
    }

    @Test
    void whatTasksHoldThatRunIsTheirs() {
      driven.turn();
      var task = new Holder("task");
      loop.execute(task);
      loop.close();
      driven.turn();
      assertTrue(task.ran);
      assertEquals(List.of(), driven.trace);
    }

    @Test
    void timersCanBeCancelledAfterwards() {
      driven.turn();
      Timer timer = loop.schedule(driven.note("timer"), Duration.ofNanos(1));
      loop.close();
      Elsewhere.run(() -> assertTrue(timer.cancel()));
      driven.turn();
      Elsewhere.run(() -> assertFalse(timer.cancel()));
      assertClosed();
    }

    @Test
    void noTurnRunsAfterwards() {
      driven.turn();
      loop.close();
      driven.turn();
      assertThrows(IllegalStateException.class, driven::turn);
      assertEquals(2, io.timeouts.size());
    }

    @Test
    void onClosedIsToldOnTheLoopAfterTheIoWasClosedAndOnce() {
      driven.turn();
      loop.onClosed()
          .thenRun(() -> {
            assertTrue(io.closed);
            assertTrue(loop.inLoop());
            loop.close();
            driven.trace.add("closed");
          });
      loop.close();
      driven.turn();
      assertEquals(List.of("closed"), driven.trace);
    }

    @Test
    void whoListensForTheEndCannotBringItAbout() {
      loop.onClosed().toCompletableFuture().complete(null);
      assertFalse(driven.isClosed());
    }

    @Test
    void aListenerThatThrowsDoesNoHarm() {
      driven.turn();
      loop.onClosed()
          .thenRun(() -> {
            throw new IllegalStateException("the listener's");
          });
      loop.close();
      driven.turn();
      assertClosed();
    }

    @Test
    void itsNameBackendAndStateCanBeSeen() {
      assertShown("NEW");
      driven.turn();
      assertShown("OPEN");
      loop.close();
      assertShown("CLOSING");
      driven.turn();
      assertShown("CLOSED");
    }

    private void assertShown(String state) {
      assertEquals("ZLoop[driven, " + Backend.EPOLL + ", " + state + "]", loop.toString());
    }
  }

  @Nested
  class WithResources {
    private final class Resource implements LoopResource {
      private final String name;

      Resource(String name) {
        this.name = name;
      }

      @Override
      public void onLoopClosing() {
        assertTrue(loop.inLoop());
        driven.trace.add(name);
      }
    }

    private final Resource resource = new Resource("told");

    WithResources() {
      driven.poll();
      loop.add(resource);
      io.timeouts.clear();
    }

    @Test
    void theyAreToldOnceAndTheLoopWaitsForThem() {
      loop.close();
      driven.turn();
      assertEquals(List.of("told"), driven.trace);
      assertStillClosing();
      driven.turn();
      driven.turn();
      assertEquals(List.of("told"), driven.trace);
      assertStillClosing();
      assertEquals(List.of(0L, -1L, -1L), io.timeouts); // it does not spin meanwhile
      io.events.add(() -> loop.remove(resource));
      driven.turn();
      assertClosed();
    }

    @Test
    void theyAreNotToldBeforeItCloses() {
      driven.turn();
      assertEquals(List.of(), driven.trace);
      loop.remove(resource);
      loop.close();
      driven.turn();
      assertEquals(List.of(), driven.trace);
      assertClosed();
    }

    @Test
    void oneThatEndsAtOnceDoesNotDelay() {
      loop.add(
          new LoopResource() {
            @Override
            public void onLoopClosing() {
              loop.remove(this);
              loop.remove(resource);
            }
          });
      loop.close();
      driven.turn();
      assertClosed();
    }

    @Test
    void oneThatEndedWhileOthersWereToldIsNotTold() {
      var closers = new ArrayList<LoopResource>();
      for (int i = 0; i < 10; i++) {
        closers.add(
            new LoopResource() {
              @Override
              public void onLoopClosing() {
                driven.trace.add("closer");
                closers.forEach(loop::remove);
              }
            });
      }
      closers.forEach(loop::add);
      loop.remove(resource);
      loop.close();
      driven.turn();
      assertEquals(List.of("closer"), driven.trace);
      assertClosed();
    }

    @Test
    void oneThatIsAddedWhileItClosesIsToldInATurnToCome() {
      loop.close();
      driven.turn();
      var late = new Resource("late");
      io.events.add(() -> loop.add(late));
      driven.turn();
      assertEquals(List.of("told", "late"), driven.trace);
      loop.remove(resource);
      loop.remove(late);
      driven.poll();
      assertClosed();
    }

    @Test
    void oneThatIsAddedWhileOthersAreToldIsToldOnce() {
      var late = new Resource("late");
      loop.add(
          new LoopResource() {
            @Override
            public void onLoopClosing() {
              loop.remove(this);
              loop.add(late);
            }
          });
      loop.close();
      driven.turn();
      driven.turn();
      driven.poll();
      assertEquals(List.of("told", "late"), driven.trace);
    }

    @Test
    void oneThatIsAddedWhileItClosesAndEndsAtOnceIsNotTold() {
      loop.close();
      driven.turn();
      var late = new Resource("late");
      io.events.add(() -> loop.add(late));
      io.events.add(() -> loop.remove(late));
      driven.turn();
      assertEquals(List.of("told"), driven.trace);
    }

    @Test
    void whatTheyDeferRunsAlsoWhileItCloses() {
      loop.close();
      driven.turn();
      io.events.add(() -> {
        loop.remove(resource);
        loop.defer(driven.note("deferred"));
      });
      driven.turn();
      assertEquals(List.of("told", "deferred"), driven.trace);
      assertClosed();
    }

    @Test
    void timersGoOnFiringWhileTheyEnd() {
      loop.schedule(driven.note("timer"), Duration.ofNanos(10));
      loop.close();
      driven.turn();
      driven.turn();
      assertEquals(List.of("told", "timer"), driven.trace);
      assertEquals(10, io.lastTimeout());
      assertStillClosing();
    }
  }
}
