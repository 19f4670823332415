package dev.zloop.core.edge;

import static dev.zloop.core.edge.ConnectRace.ATTEMPT_DELAY;
import static dev.zloop.core.edge.Connects.TIMEOUT;
import static dev.zloop.core.edge.Connects.lookup;
import static dev.zloop.core.edge.Connects.plan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.transport.StreamIo;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Several addresses, of which some hang: at 127.0.0.1 always, which has a full backlog. The clock
 * stands until a test moves it.
 */
@ExtendWith(OpenDescriptors.class)
class ConnectRaceTest {
  private static final String HANGING = "127.0.0.1";
  private static final String REFUSING = "127.0.0.2";
  private static final String LISTENING = "127.0.0.3";

  // ---- the order (RFC 8305, section 4)

  @Test
  void familiesTakeTurnsBeginningWithTheFirst() {
    assertEquals(
        addresses("::1", "10.0.0.1", "::2", "10.0.0.2", "::3", "::4"),
        ConnectRace.interleaved(addresses("::1", "::2", "::3", "::4", "10.0.0.1", "10.0.0.2")));
    assertEquals(
        addresses("10.0.0.1", "::1", "10.0.0.2", "::2"),
        ConnectRace.interleaved(addresses("10.0.0.1", "10.0.0.2", "::1", "::2")));
  }

  @Test
  void theOrderWithinOneFamilyStays() {
    List<SocketAddress> addresses = addresses("10.0.0.2", "10.0.0.1", "10.0.0.2");

    assertEquals(addresses, ConnectRace.interleaved(addresses));
  }

  private static List<SocketAddress> addresses(String... literals) {
    return Stream.of(literals).<SocketAddress>map(ip -> Addresses.of(ip, 80)).toList();
  }

  // ---- one that hangs

  @Test
  void oneThatHangsHasItsHeadStartAndThenTheNextBegins() throws Exception {
    try (var course = new Course()) {
      course.start(HANGING, LISTENING);
      course.loop.advance(ATTEMPT_DELAY.minusNanos(1));
      assertEquals(1, course.connects());

      course.loop.advance(Duration.ofNanos(1));

      course.assertConnectedTo(LISTENING);
    }
  }

  @Test
  void eachThatHangsHasAHeadStartOfItsOwn() throws Exception {
    try (var course = new Course()) {
      course.start(HANGING, HANGING, LISTENING);
      course.loop.advance(ATTEMPT_DELAY);
      assertEquals(2, course.connects());
      course.loop.advance(ATTEMPT_DELAY.minusNanos(1));
      assertEquals(2, course.connects());

      course.loop.advance(Duration.ofNanos(1));

      course.assertConnectedTo(LISTENING);
    }
  }

  @Test
  void whereAllOthersFailTheOneThatHangsIsWaitedFor() throws Exception {
    try (var course = new Course()) {
      course.start(HANGING, REFUSING);
      course.loop.advance(ATTEMPT_DELAY);
      assertEquals(2, course.connects());
      course.loop.advance(TIMEOUT.minus(ATTEMPT_DELAY).minusNanos(1));
      assertFalse(course.outcome.isTold());

      course.loop.advance(Duration.ofNanos(1));

      IOException failure = course.outcome.failure();
      assertTrue(failure.getMessage().contains("ETIMEDOUT"), failure.getMessage());
      assertEquals(1, failure.getSuppressed().length);
      assertTrue(failure.getSuppressed()[0].getMessage().contains(REFUSING));
    }
  }

  // ---- one that fails

  @Test
  void whenOneFailsTheNextBeginsAtOnce() throws Exception {
    try (var course = new Course()) {
      course.start(REFUSING, REFUSING, LISTENING);

      course.assertConnectedTo(LISTENING);
    }
  }

  @Test
  void whenOneFailsWhileAnotherHangsTheNextBeginsAtOnce() throws Exception {
    try (var course = new Course()) {
      course.start(HANGING, REFUSING, LISTENING);

      course.loop.advance(ATTEMPT_DELAY);

      course.assertConnectedTo(LISTENING);
    }
  }

  // ---- the end

  @Test
  void noneBeginsAfterOneHasWon() throws Exception {
    try (var course = new Course()) {
      course.start(HANGING, LISTENING, LISTENING);
      course.loop.advance(ATTEMPT_DELAY);

      course.loop.advance(TIMEOUT);

      assertEquals(2, course.connects());
      course.assertConnectedTo(LISTENING);
    }
  }

  @Test
  void whoCancelsARaceHearsNothingAndAllItsSocketsAreClosed() throws Exception {
    try (var course = new Course()) {
      long before = OpenDescriptors.count();
      Cancellable connect = course.start(HANGING, HANGING, HANGING);
      course.loop.advance(ATTEMPT_DELAY);
      assertEquals(before + 2, OpenDescriptors.count());

      connect.cancel();
      course.loop.settle();

      assertEquals(before, OpenDescriptors.count());
      course.loop.advance(TIMEOUT);
      assertEquals(2, course.connects());
      assertFalse(course.outcome.isTold());
    }
  }

  @Test
  void aLoopThatClosesInARaceFailsTheConnect() throws Exception {
    Course course = new Course();
    try (course) {
      course.start(HANGING, HANGING, HANGING);
      course.loop.advance(ATTEMPT_DELAY);
    }
    assertTrue(course.outcome.failure().getMessage().endsWith("was closed"));
  }

  /** One address that hangs and one that listens, on the same port of which others refuse. */
  private static final class Course implements AutoCloseable {
    final Outcome outcome = new Outcome();
    private final FullBacklog full = new FullBacklog();
    private final int port = full.address().getPort();
    private final ServerSocketChannel server =
        ServerSocketChannel.open().bind(Addresses.of(LISTENING, port));
    final TurnedLoop loop = new TurnedLoop();

    Course() throws Exception {}

    Cancellable start(String... literals) {
      Cancellable connect = Connector.connect(loop.loop, plan(port), lookup(literals), outcome);
      loop.settle();
      return connect;
    }

    long connects() {
      return loop.countCalls("connect");
    }

    /** And nothing else is open. */
    void assertConnectedTo(String literal) throws Exception {
      StreamIo stream = outcome.stream();
      assertEquals(Addresses.of(literal, port), Sockets.remoteAddress(loop.loop, stream.fd()));
      assertEquals(loop.countCalls("socket") - 1, loop.countCalls("close"));
      stream.close(false);
      loop.settle();
    }

    @Override
    public void close() throws IOException {
      loop.close();
      server.close();
      full.close();
    }
  }
}
