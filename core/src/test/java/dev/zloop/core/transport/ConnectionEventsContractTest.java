package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Flight Recorder sees connections come and go. */
@OnEveryGround
class ConnectionEventsContractTest {
  private static final String OPENED = "dev.zloop.ConnectionOpened";
  private static final String CLOSED = "dev.zloop.ConnectionClosed";

  @Parameter Ground ground;
  private World world;

  @BeforeEach
  void open() {
    world = new World(ground);
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aConnectionIsRecordedWhenItIsOpen() {
    try (FlightRecording recording = new FlightRecording()) {
      Link link = world.link();
      List<RecordedEvent> opened = recording.events(OPENED);
      assertEquals(1, opened.size());
      assertEquals("world", opened.getFirst().getString("loop"));
      assertEquals(link.transport.fd(), opened.getFirst().getInt("fd"));
      assertTrue(opened.getFirst().getBoolean("accepted"));
      assertNamesBothEnds(opened.getFirst());
    }
  }

  /** One recording for the three, because to begin and to read one takes time. */
  @Test
  void aConnectionsEndIsRecordedWithWhatItWas() {
    Link older = world.link();
    try (FlightRecording recording = new FlightRecording()) {
      older.startReading();
      older.write(3_000);
      older.peer.send(2_000);
      world.until(() -> older.handler.received == 2_000);
      world.clock.advance(Duration.ofSeconds(3));
      older.close();
      world.until(older.peer::sawEnd);
      older.peer.close();
      world.until(() -> older.handler.closed);

      Link aborted = world.link();
      aborted.abort();
      world.until(() -> aborted.handler.closed);

      Link failed = world.link();
      failed.transport.abort(new IOException("the reason"));
      world.until(() -> failed.handler.closed);

      List<RecordedEvent> closed = recording.events(CLOSED);
      assertEquals(
          List.of("closed", "aborted", "failed"),
          closed.stream().map(event -> event.getString("end")).toList());
      RecordedEvent first = closed.getFirst();
      assertEquals("world", first.getString("loop"));
      assertEquals(2_000, first.getLong("received"));
      assertEquals(3_000, first.getLong("sent"));
      assertEquals(Duration.ofSeconds(3), first.getDuration("lifetime"));
      assertNull(first.getString("failure"));
      assertEquals("the reason", closed.getLast().getString("failure"));
      closed.forEach(ConnectionEventsContractTest::assertNamesBothEnds);
    }
  }

  private static void assertNamesBothEnds(RecordedEvent event) {
    assertNotNull(event.getString("local"));
    assertNotNull(event.getString("remote"));
  }
}
