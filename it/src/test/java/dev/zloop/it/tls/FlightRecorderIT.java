package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JDK Flight Recorder sees the life of loops, and BlockHound has nothing against that. */
class FlightRecorderIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @TempDir static Path directory;

  /** What a recording has of one attempt that got through, and of one that did not. */
  private static List<RecordedEvent> recordAttempts(Specs specs) throws IOException {
    try (Recording recording = new Recording()) {
      recording.enable("dev.zloop.Turn").withoutThreshold();
      recording.start();
      try (Attempt attempt = Attempt.on(LOOPS, specs.server())) {
        attempt.talk(specs.client());
        Await.completion(attempt.lastServed().onDispose());
      }
      try (Attempt attempt =
          Attempt.on(LOOPS, specs.server(Certificates.UNKNOWN.forNames("localhost")))) {
        attempt.refused(specs.client());
        attempt.serverTold();
      }
      recording.stop();
      Path file = directory.resolve("attempts.jfr");
      recording.dump(file);
      return RecordingFile.readAllEvents(file);
    }
  }

  private static Stream<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name));
  }

  @Test
  void handshakesAreRecordedOnBothSidesWithWhatWasAgreedOnOrWhyNot() throws IOException {
    List<RecordedEvent> events = recordAttempts(new Specs(TlsEngine.JDK, "TLSv1.3"));

    List<RecordedEvent> shaken =
        named(events, "dev.zloop.TlsHandshake")
            .filter(e -> e.getString("failure") == null)
            .toList();
    assertEquals(2, shaken.size());
    for (RecordedEvent handshake : shaken) {
      assertEquals("TLSv1.3", handshake.getString("protocol"));
      assertTrue(handshake.getString("cipherSuite").startsWith("TLS_"));
      assertEquals("it-1", handshake.getString("loop"));
      assertTrue(handshake.getString("remote").startsWith("127.0.0.1:"));
      assertTrue(handshake.getDuration().isPositive());
      assertNull(handshake.getString("message"));
    }
    assertEquals(1, shaken.stream().filter(handshake -> handshake.getBoolean("client")).count());

    List<RecordedEvent> failed =
        named(events, "dev.zloop.TlsHandshake")
            .filter(e -> e.getString("failure") != null)
            .toList();
    assertEquals(
        List.of("REFUSED_BY_PEER", "UNTRUSTED_CERTIFICATE"),
        failed.stream().map(handshake -> handshake.getString("failure")).sorted().toList());
    failed.forEach(handshake -> assertNotNull(handshake.getString("message")));

    assertTurns(events);
    assertConnections(events);
  }

  private static void assertTurns(List<RecordedEvent> events) {
    assertTrue(named(events, "dev.zloop.Turn").anyMatch(turn -> turn.getInt("served") > 0));
    assertTrue(named(events, "dev.zloop.Turn").anyMatch(turn -> turn.getInt("run") > 0));
  }

  private static void assertConnections(List<RecordedEvent> events) {
    for (String name : List.of("dev.zloop.ConnectionOpened", "dev.zloop.ConnectionClosed")) {
      assertEquals(2, named(events, name).filter(e -> e.getBoolean("accepted")).count(), name);
      assertEquals(2, named(events, name).filter(e -> !e.getBoolean("accepted")).count(), name);
    }
    named(events, "dev.zloop.ConnectionClosed")
        .forEach(closed -> {
          assertTrue(closed.getLong("received") > 0);
          assertTrue(closed.getLong("sent") > 0);
        });
  }

  /** Mission Control shows labels, a description, and numbers by what they measure. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "core.loop.TurnEvent",
        "core.transport.ConnectionOpenedEvent",
        "core.transport.ConnectionClosedEvent",
        "core.edge.AcceptPausedEvent",
        "reactor.pipeline.TlsHandshakeEvent"
      })
  void everyEventTellsMissionControlWhatItIs(String name) throws ClassNotFoundException {
    EventType type =
        EventType.getEventType(Class.forName("dev.zloop." + name).asSubclass(Event.class));
    assertTrue(type.getName().startsWith("dev.zloop."), type::getName);
    assertEquals(List.of("zloop"), type.getCategoryNames());
    assertNotNull(type.getLabel());
    assertNotNull(type.getDescription());
    for (ValueDescriptor field : type.getFields()) {
      assertNotNull(field.getLabel(), field.getName());
      assertTrue(field.getContentType() != null || !isQuantity(field), field.getName());
    }
  }

  private static boolean isQuantity(ValueDescriptor field) {
    return field.getTypeName().equals("long");
  }
}
