package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gave a task to the loop. */
class TaskOriginTest {
  private final DrivenLoop driven = new DrivenLoop();
  private final EventLoop loop = driven.loop;

  @AfterEach
  void letGo() {
    CurrentLoop.clear(loop);
  }

  @Test
  void isTheStackAndTheThreadOfWhoGaveIt() {
    Throwable given = TaskOrigin.of(TaskOrigin.remember(() -> {}, loop)).orElseThrow();
    assertEquals(
        "given to loop driven by thread " + Thread.currentThread().getName(), given.getMessage());
    assertTrue(
        List.of(given.getStackTrace()).stream()
            .anyMatch(frame -> frame.getMethodName().equals("isTheStackAndTheThreadOfWhoGaveIt")));
  }

  @Test
  void isThatOfATimersTaskToo() {
    Runnable task = TaskOrigin.remember(() -> {}, loop);
    assertEquals(TaskOrigin.of(task), TaskOrigin.of(new TimerTask(loop, task, 0)));
  }

  @Test
  void isUnknownUnlessItWasRemembered() {
    assertEquals(Optional.empty(), TaskOrigin.of(driven.note("task")));
    assertEquals(Optional.empty(), TaskOrigin.of(null));
  }

  @Test
  void isKeptByWhatGivesItselfToTheLoopAgain() {
    var seen = new ArrayList<Runnable>();
    Runnable task =
        new Runnable() {
          @Override
          public void run() {
            seen.add(TaskOrigin.remember(this, loop));
          }
        };
    Runnable remembered = TaskOrigin.remember(task, loop);
    loop.execute(remembered);
    driven.turn();
    assertSame(remembered, seen.getFirst());
  }

  @Test
  void isAddedToWhatTheTaskThrowsOnce() {
    Runnable task = TaskOrigin.remember(() -> {}, loop);
    var error = new IllegalStateException("the task's");
    TaskOrigin.addTo(error, task);
    TaskOrigin.addTo(error, task);
    assertEquals(List.of(TaskOrigin.of(task).orElseThrow()), List.of(error.getSuppressed()));
  }

  @Test
  void doesNotKeepATaskFromGivingBackWhatItHolds() {
    var abandoned = new ArrayList<String>();
    Abandonable task =
        new Abandonable() {
          @Override
          public void run() {}

          @Override
          public void abandon() {
            abandoned.add("abandoned");
          }
        };
    loop.execute(TaskOrigin.remember(task, loop));
    loop.close();
    assertEquals(List.of("abandoned"), abandoned);
    assertEquals(1, driven.errors.size());
  }
}
