package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A defect of the engine stops the loop loudly; a task's exception never does. */
class DefectTest {
  private final CapturedLog log = new CapturedLog();
  private final DrivenLoop driven = new DrivenLoop();
  private final EventLoop loop = driven.loop;
  private final FakeIo io = driven.io;
  private final Error defect = new AssertionError("a broken invariant");

  @AfterEach
  void closeLog() {
    log.close();
  }

  private void failInDispatch() {
    io.events.add(() -> {
      throw defect;
    });
    assertSame(defect, assertThrows(AssertionError.class, driven::turn));
  }

  private void assertStopped() {
    assertEquals(1, io.closeCalls); // also where it fails
    var error = assertThrows(CompletionException.class, () -> driven.closed().getNow(null));
    assertSame(defect, error.getCause());
    assertTrue(
        log.records.stream()
            .anyMatch(r -> r.getLevel() == Level.SEVERE && r.getThrown() == defect));
  }

  @Test
  void inDispatchItStopsTheLoopAndIsToldToAll() {
    failInDispatch();
    assertStopped();
  }

  @Test
  void inTheWaitItStopsTheLoop() {
    io.duringNextWait(() -> {
      throw defect;
    });
    assertSame(defect, assertThrows(AssertionError.class, driven::turn));
    assertStopped();
  }

  @Test
  void inAResourceThatIsToldOfTheClosingItStopsTheLoop() {
    driven.poll();
    loop.add(() -> {
      throw defect;
    });
    loop.close();
    assertSame(defect, assertThrows(AssertionError.class, driven::turn));
    assertStopped();
  }

  @Test
  void tasksThatWillNotRunAreReportedByName() {
    driven.poll();
    loop.execute(driven.note("ready task"));
    driven.executeElsewhere(driven.note("task in the inbox"));
    loop.schedule(driven.note("due timer"), Duration.ZERO);
    failInDispatch();
    assertEquals(3, driven.errors.size());
    for (Throwable error : driven.errors) {
      assertInstanceOf(RejectedExecutionException.class, error);
      assertTrue(error.getMessage().contains("defect"), error.getMessage());
    }
    assertTrue(driven.errors.get(0).getMessage().contains("ready task"));
    assertTrue(driven.errors.get(1).getMessage().contains("due timer"));
    assertTrue(driven.errors.get(2).getMessage().contains("task in the inbox"));
    assertEquals(List.of(), driven.trace);
  }

  @Test
  void pendingTimersAreCancelled() {
    driven.poll();
    Timer timer = loop.schedule(driven.note("timer"), Duration.ofNanos(1));
    Timer atOnce = loop.schedule(driven.note("timer"), Duration.ZERO);
    failInDispatch();
    assertTrue(timer.isCancelled());
    assertTrue(atOnce.isDone());
    assertEquals(0, loop.pendingTimers());
  }

  @Test
  void aStoppedLoopRejectsWorkAndTurns() {
    failInDispatch();
    assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
    assertThrows(
        RejectedExecutionException.class, () -> loop.schedule(() -> {}, Duration.ofNanos(1)));
    assertThrows(IllegalStateException.class, driven::poll);
    loop.close();
    loop.wakeup();
    assertStopped();
  }

  @Test
  void anIoThatCannotBeClosedEitherIsToldWithIt() {
    var second = new AssertionError("close");
    io.onClose =
        () -> {
          throw second;
        };
    failInDispatch();
    assertEquals(List.of(second), List.of(defect.getSuppressed()));
    assertStopped();
  }

  @Test
  void anIoThatCannotBeClosedInOrderStopsTheLoopToo() {
    io.onClose =
        () -> {
          throw defect;
        };
    driven.turn();
    loop.close();
    assertSame(defect, assertThrows(AssertionError.class, driven::turn));
    assertStopped();
  }

  @Test
  void anIoThatCannotBeClosedBeforeTheStartIsToldToo() {
    io.onClose =
        () -> {
          throw defect;
        };
    assertSame(defect, assertThrows(AssertionError.class, loop::close));
    assertStopped();
  }

  /** Notes that the loop was stopped, and what else it is to do then. */
  private final class Resident implements LoopResource {
    private final String name;
    private final Runnable then;

    Resident(String name, Runnable then) {
      this.name = name;
      this.then = then;
    }

    @Override
    public void onLoopClosing() {
      driven.trace.add(name + " is to end");
    }

    @Override
    public void onLoopStopped(Throwable why) {
      assertSame(defect, why);
      assertTrue(io.closed);
      assertTrue(loop.isClosed());
      driven.trace.add(name);
      told = this;
      then.run();
    }
  }

  private Resident told;

  private Resident settle(String name, Runnable then) {
    Resident resident = new Resident(name, then);
    loop.add(resident);
    return resident;
  }

  @Test
  void whatLivesOnTheLoopIsToldOnceWhenTheIoWasClosed() {
    driven.poll();
    loop.onClosed().whenComplete((nothing, error) -> driven.trace.add("stopped"));
    settle("resident", () -> {});
    failInDispatch();
    assertEquals(List.of("resident", "stopped"), driven.trace);
    loop.close();
    assertEquals(List.of("resident", "stopped"), driven.trace);
    assertStopped();
  }

  @Test
  void whatWasToldThatTheLoopClosesIsToldThatItStoppedToo() {
    driven.poll();
    settle("resident", () -> {});
    loop.close();
    driven.poll();
    failInDispatch();
    assertEquals(List.of("resident is to end", "resident"), driven.trace);
  }

  @Test
  void aResidentThatThrowsKeepsNoneFromHearing() {
    var second = new AssertionError("the resident's");
    driven.poll();
    for (int i = 0; i < 5; i++) {
      settle(
          "resident",
          () -> {
            throw second;
          });
    }
    failInDispatch();
    assertEquals(5, driven.trace.size());
    assertSame(second, defect.getSuppressed()[0]);
    assertStopped();
  }

  @Test
  void aResidentThatEndsByWhatAnotherIsToldIsNotTold() {
    driven.poll();
    var residents = new ArrayDeque<Resident>();
    Runnable endTheOthers =
        () -> {
          residents.remove(told);
          residents.forEach(loop::remove);
          residents.clear();
        };
    for (int i = 0; i < 5; i++) {
      residents.add(settle("resident " + i, endTheOthers));
    }
    failInDispatch();
    assertEquals(1, driven.trace.size(), driven.trace::toString);
    assertStopped();
  }

  @Test
  void nobodyIsToldAnEndThatMayNotBeOne() {
    io.onClose =
        () -> {
          throw new AssertionError("close");
        };
    driven.poll();
    settle("resident", () -> {});
    failInDispatch();
    assertEquals(List.of(), driven.trace);
    assertStopped();
  }

  @Test
  void onItsOwnThreadItEndsTheThreadByTheException() throws Exception {
    try (var started = new StartedLoop()) {
      started.io.defect = defect;
      started.loop.wakeup();
      assertTrue(started.thread.join(Duration.ofSeconds(Patience.SECONDS)));
      assertEquals(List.of(defect), List.copyOf(started.uncaught));
      assertTrue(started.loop.onClosed().toCompletableFuture().isCompletedExceptionally());
      assertTrue(started.io.closed);
    }
  }

  @Test
  void aLoggerThatFailsKeepsNoLoopFromEnding() {
    log.failure = new AssertionError("the log's disk is full");
    failInDispatch();
    assertStopped();
  }
}
