package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.core.ZLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which loop a thread runs. */
class CurrentLoopTest {
  private final DrivenLoop driven = new DrivenLoop();
  private final EventLoop loop = driven.loop;
  private final List<Optional<ZLoop>> seen = new ArrayList<>();

  /** The test's thread goes on to other tests. */
  @AfterEach
  void letGo() {
    CurrentLoop.clear(loop);
  }

  @Test
  void isNoneBeforeTheFirstTurn() {
    assertEquals(Optional.empty(), ZLoop.current());
  }

  @Test
  void isTheLoopInItsTasksAndBetweenTheTurnsThatItsThreadDrives() {
    loop.execute(() -> seen.add(ZLoop.current()));
    driven.turn();
    assertEquals(List.of(Optional.of(loop)), seen);
    assertEquals(Optional.of(loop), ZLoop.current());
  }

  @Test
  void isNoneOnAnotherThread() {
    driven.turn();
    Elsewhere.run(() -> assertEquals(Optional.empty(), ZLoop.current()));
  }

  @Test
  void isTheLoopOnAThreadOfItsOwn() {
    try (var started = new StartedLoop()) {
      var current = CompletableFuture.supplyAsync(ZLoop::current, started.loop);
      assertEquals(Optional.of(started.loop), Elsewhere.await(current));
    }
  }

  @Test
  void isTheOneWhoseTurnItIsWhereOneThreadDrivesTwo() {
    var other = Loops.on(new FakeIo());
    driven.turn();
    other.execute(() -> seen.add(ZLoop.current()));
    other.runOnce(ZLoop.NO_DEADLINE, false, 1);
    loop.execute(() -> seen.add(ZLoop.current()));
    driven.turn();
    assertEquals(List.of(Optional.of(other), Optional.of(loop)), seen);
  }

  @Test
  void isTheLoopUntilItHasClosed() {
    driven.turn();
    loop.onClosed().thenRun(() -> seen.add(ZLoop.current()));
    loop.close();
    assertEquals(Optional.of(loop), ZLoop.current());
    driven.turn();
    assertEquals(List.of(Optional.of(loop)), seen);
    assertEquals(Optional.empty(), ZLoop.current());
  }

  @Test
  void isNoneOnceADefectHasStoppedTheLoop() {
    var defect = new AssertionError("a defect");
    driven.io.events.add(() -> {
      throw defect;
    });
    try (var log = new CapturedLog()) {
      assertThrows(AssertionError.class, driven::turn);
      assertEquals(defect, log.records.getFirst().getThrown());
    }
    assertEquals(Optional.empty(), ZLoop.current());
  }

  @Test
  void aTurnThatIsRefusedChangesNothing() {
    driven.turn();
    Elsewhere.run(() -> {
      assertThrows(IllegalStateException.class, driven::turn);
      assertEquals(Optional.empty(), ZLoop.current());
    });
  }
}
