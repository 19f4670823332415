package dev.zloop.core.loop;

import static dev.zloop.core.loop.WatchedLoop.BLOCKED_MILLIS;
import static dev.zloop.core.loop.WatchedLoop.INTERVAL_MILLIS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What JDK Flight Recorder has of a blocked loop. */
class WatchdogEventsTest {

  @Test
  void aBlockedLoopAndItsRecoveryAreEvents(@TempDir Path directory) throws IOException {
    var watched = new WatchedLoop();
    Path file = directory.resolve("blocked.jfr");
    try (var recording = new Recording()) {
      recording.enable("dev.zloop.LoopBlocked");
      recording.enable("dev.zloop.LoopRecovered");
      recording.start();
      watched.turn(() -> watched.pass(2 * BLOCKED_MILLIS));
      watched.pass(INTERVAL_MILLIS);
      recording.stop();
      recording.dump(file);
    }
    CurrentLoop.clear(watched.loop);
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> !event.getEventType().getName().equals("dev.zloop.Turn"))
            .toList();
    assertEquals(
        List.of("dev.zloop.LoopBlocked", "dev.zloop.LoopRecovered"),
        events.stream().map(event -> event.getEventType().getName()).toList());
    RecordedEvent blocked = events.getFirst();
    assertEquals("watched", blocked.getString("loop"));
    assertEquals(Thread.currentThread().getName(), blocked.getThread("loopThread").getJavaName());
    assertEquals(Duration.ofMillis(BLOCKED_MILLIS), blocked.getDuration("blockedFor"));
    assertEquals(watched.blocked.getFirst().running(), blocked.getString("running"));
    assertTrue(blocked.getString("report").contains("\tat " + getClass().getName()));
    assertEquals(List.of("zloop"), blocked.getEventType().getCategoryNames());
    RecordedEvent recovered = events.getLast();
    assertEquals(watched.recovered.getFirst(), recovered.getDuration("blockedFor"));
  }
}
