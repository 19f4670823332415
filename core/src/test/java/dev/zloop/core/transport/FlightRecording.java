package dev.zloop.core.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** What Flight Recorder records of this JVM, from this object's making on. */
public final class FlightRecording implements AutoCloseable {
  private final Recording recording = new Recording();

  /** With the settings that the events have by themselves. */
  public FlightRecording() {
    recording.start();
  }

  /** With one that is recorded only if it takes so long. */
  public FlightRecording(String event, Duration threshold) {
    recording.enable(event).withThreshold(threshold);
    recording.start();
  }

  /** Ends the recording: its events of that name, in the order in which they ended. */
  public List<RecordedEvent> events(String name) {
    recording.stop();
    try {
      Path file = Files.createTempFile("zloop", ".jfr");
      try {
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals(name))
            .sorted(Comparator.comparing(RecordedEvent::getEndTime))
            .toList();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    recording.close();
  }
}
