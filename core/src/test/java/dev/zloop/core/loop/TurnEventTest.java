package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.zloop.core.transport.FlightRecording;
import java.time.Duration;
import java.util.List;
import jdk.jfr.EventType;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/** Flight Recorder sees the turns that take long. */
class TurnEventTest {
  private static final String TURN = "dev.zloop.Turn";

  private final DrivenLoop driven = new DrivenLoop();

  @Test
  void aTurnIsRecordedWithWhatItHadToDo() {
    driven.poll();
    try (FlightRecording recording = new FlightRecording(TURN, Duration.ZERO)) {
      driven.io.events.add(() -> {});
      driven.loop.execute(driven.note("a"));
      driven.loop.execute(driven.note("b"));
      driven.loop.runOnce(EventLoop.NO_DEADLINE, false, 1);
      driven.poll();

      List<RecordedEvent> turns = recording.events(TURN);
      assertEquals(List.of(1, 0), turns.stream().map(turn -> turn.getInt("served")).toList());
      assertEquals(List.of(2, 1), turns.stream().map(turn -> turn.getInt("queued")).toList());
      assertEquals(List.of(1, 1), turns.stream().map(turn -> turn.getInt("run")).toList());
      for (RecordedEvent turn : turns) {
        assertEquals("driven", turn.getString("loop"));
        assertEquals(Thread.currentThread().getName(), turn.getThread().getJavaName());
      }
      assertFalse(turns.getLast().getStartTime().isBefore(turns.getFirst().getEndTime()));
    }
  }

  @Test
  void aTurnBelowTheThresholdIsNotRecorded() {
    try (FlightRecording recording = new FlightRecording(TURN, Duration.ofHours(1))) {
      driven.loop.execute(driven.note("task"));
      driven.poll();
      assertEquals(List.of(), recording.events(TURN));
    }
  }

  @Test
  void theThresholdIsTwentyMillisecondsUnlessSetOtherwise() {
    SettingDescriptor threshold =
        EventType.getEventType(TurnEvent.class).getSettingDescriptors().stream()
            .filter(setting -> setting.getName().equals("threshold"))
            .findFirst()
            .orElseThrow();
    assertEquals("20 ms", threshold.getDefaultValue());
  }

  @Test
  void whileNobodyRecordsTheClockIsNotLookedAt() {
    driven.loop.execute(driven.note("task"));
    driven.poll();
    assertEquals(0, driven.io.clockReadings);
  }
}
