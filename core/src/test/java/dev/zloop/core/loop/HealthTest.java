package dev.zloop.core.loop;

import static dev.zloop.core.loop.WatchedLoop.BLOCKED_MILLIS;
import static dev.zloop.core.loop.WatchedLoop.INTERVAL_MILLIS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.LoopHealth;
import dev.zloop.core.LoopHealth.Status;
import dev.zloop.core.ZLoopGroup;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a health check is told. */
class HealthTest {
  private final WatchedLoop watched = new WatchedLoop();
  private final EventLoop loop = watched.loop;

  @AfterEach
  void letGo() {
    CurrentLoop.clear(loop);
  }

  private Status status() {
    return loop.health().status();
  }

  @Test
  void followsALoopsLife() {
    assertEquals(Status.NOT_STARTED, status());
    watched.turn();
    assertEquals(Status.UP, status());
    loop.close();
    assertEquals(Status.CLOSING, status());
    watched.turn();
    assertEquals(Status.CLOSED, status());
  }

  @Test
  void aLoopThatWasNeverStartedIsClosedAtOnce() {
    loop.close();
    assertEquals(Status.CLOSED, status());
  }

  @Test
  void tellsOfABlockedLoopWhileItIsBlockedAndAfterwards() {
    watched.turn(() -> {
      watched.pass(INTERVAL_MILLIS); // seen for the first time
      watched.pass(BLOCKED_MILLIS);
      watched.skip(30); // what the watchdog has not seen yet counts as well
      LoopHealth health = loop.health();
      assertEquals(Status.BLOCKED, health.status());
      assertEquals(Duration.ofMillis(BLOCKED_MILLIS + 30), health.blocked());
      assertEquals(Duration.ofMillis(BLOCKED_MILLIS + 30), health.longestBlocked());
      assertEquals(1, health.blockedEpisodes());
    });
    watched.pass(INTERVAL_MILLIS);
    LoopHealth health = loop.health();
    assertEquals(Status.UP, health.status());
    assertEquals(Duration.ZERO, health.blocked());
    assertEquals(Duration.ofMillis(BLOCKED_MILLIS + 30), health.longestBlocked());
    assertEquals(1, health.blockedEpisodes());
    assertEquals(1, health.slowCallbacks());
  }

  @Test
  void tellsTheLongestOfAll() {
    for (long millis : new long[] {2_000, 3_000, 1_500}) {
      watched.turn(() -> watched.pass(INTERVAL_MILLIS + millis));
    }
    watched.pass(INTERVAL_MILLIS);
    assertEquals(Duration.ofMillis(3_000), loop.health().longestBlocked());
    assertEquals(3, loop.health().blockedEpisodes());
  }

  @Test
  void tellsWhatWaitsAndWhatLivesThere() {
    loop.execute(() -> {});
    loop.addConnection();
    LoopHealth health = loop.health();
    assertEquals("watched", health.name());
    assertEquals(1, health.pendingTasks());
    assertEquals(1, health.connections());
  }

  @Test
  void aGroupIsAsWellAsTheWorstOfItsLoops() {
    var up = new DrivenLoop();
    up.turn();
    var group = ZLoopGroup.of(List.of(up.loop, loop));
    assertEquals(Status.NOT_STARTED, group.health().status());
    watched.turn();
    assertEquals(Status.UP, group.health().status());
    watched.turn(() -> {
      watched.pass(2 * BLOCKED_MILLIS);
      assertEquals(Status.BLOCKED, group.health().status());
      assertEquals(
          List.of(Status.UP, Status.BLOCKED),
          group.health().loops().stream().map(LoopHealth::status).toList());
    });
    CurrentLoop.clear(up.loop);
  }
}
