package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.FlightRecording;
import dev.zloop.core.transport.Ground;
import dev.zloop.core.transport.Link;
import dev.zloop.core.transport.OnEveryGround;
import dev.zloop.core.transport.World;
import dev.zloop.nativereactor.sys.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener when descriptors or memory run out, which the calls and operations play. */
@OnEveryGround
class BackOffContractTest {
  private static final String ACCEPT = "accept4";

  private final LogLines log = new LogLines();
  private final Accepted accepted =
      new Accepted() {
        @Override
        public void onAccepted(int fd) {
          super.onAccepted(fd);
          if (world.loop.isClosed()) {
            closeAll(world.loop); // nobody else would
          }
        }
      };
  @Parameter Ground ground;
  private World world;
  private SocketAddress freeAddress;
  private Acceptor acceptor;

  @BeforeEach
  void listen() throws IOException {
    world = new World(ground);
    freeAddress = world.machine.freeAddress();
    acceptor = Acceptor.open(world.loop, freeAddress, SocketOptions.DEFAULT, accepted);
    world.settle();
  }

  @AfterEach
  void close() throws IOException {
    if (!world.loopIsClosed()) {
      accepted.closeAll(world.loop);
    }
    world.close();
    world.machine.release(freeAddress);
    log.close();
  }

  private void connect(int count) {
    for (int i = 0; i < count; i++) {
      world.connectTo(acceptor.localAddress());
    }
  }

  private void untilPaused(int times) {
    world.until(() -> accepted.pauses.size() >= times);
    world.settle();
    assertEquals(times, accepted.pauses.size());
  }

  /** Lets accepting fail from now on, and waits until that has paused the listener. */
  private void failAccepts(int errno) {
    int pauses = accepted.pauses.size();
    world.syscalls.fail(ACCEPT, errno);
    world.settle(); // what is in flight fails too, and takes no connection along
    connect(1);
    untilPaused(pauses + 1);
  }

  private void advance(Duration by) {
    world.clock.advance(by);
    world.settle();
  }

  /** Lets the pause go by, and waits for the next one. */
  private void failAgain() {
    int pauses = accepted.pauses.size();
    world.clock.advance(accepted.backOffs.getLast());
    untilPaused(pauses + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EINVAL"})
  void aListenerThatCannotAcceptPausesAndResumes(String errno) throws ReflectiveOperationException {
    failAccepts(errno(errno));
    assertEquals(errno, accepted.pauses.getFirst().errnoName());
    connect(1);
    world.settle();

    world.syscalls.succeed();
    advance(BackOff.FIRST);

    world.until(() -> accepted.fds.size() == 2);
    assertEquals(1, accepted.pauses.size());
  }

  @Test
  void aDumpTellsThatItPauses() {
    failAccepts(Errno.EMFILE);
    String dump = world.loop.dump().toCompletableFuture().join();
    assertTrue(dump.contains(": pausing, since accepting failed\n"), dump);
    world.syscalls.succeed();
    advance(BackOff.FIRST);
    dump = world.loop.dump().toCompletableFuture().join();
    assertTrue(dump.contains(": accepting\n"), dump);
  }

  @Test
  void itDoesNotSpinMeanwhile() {
    failAccepts(Errno.EMFILE);
    int attempts = world.syscalls.count(ACCEPT);

    connect(1); // makes an edge
    for (int turns = 0; turns < 100; turns++) {
      world.turn();
    }
    advance(BackOff.FIRST.minusNanos(1));

    assertEquals(attempts, world.syscalls.count(ACCEPT));
  }

  @Test
  void aLoopWaitsWhileItsListenerPausesRatherThanTurnInVain() {
    Link other = world.link();
    other.startReading();
    failAccepts(Errno.EMFILE);
    world.settle();
    int before = world.turns;
    other.peer.send(10);
    world.until(() -> other.handler.received == 10);
    assertTrue(world.turns - before <= 50, world.turns - before + " turns");
    assertFalse(world.io.hasBacklog());
  }

  @Test
  void aConnectionThatLivesIsServedWhileTheListenerPauses() {
    Link other = world.link();
    other.startReading();
    failAccepts(Errno.EMFILE);
    other.peer.send(10_000);
    world.until(() -> other.handler.received == 10_000);
    other.writeAndFlush(10_000);
    world.until(() -> {
      other.peer.receiveAll();
      return other.peer.received == 10_000;
    });
  }

  @Test
  void thePausesDoubleUpToASecond() {
    failAccepts(Errno.EMFILE);
    for (int pauses = 1; pauses < 9; pauses++) {
      failAgain();
    }

    assertEquals(millis(10, 20, 40, 80, 160, 320, 640, 1000, 1000), accepted.backOffs);
  }

  @Test
  void aSuccessBringsTheFirstPauseBack() {
    failAccepts(Errno.EMFILE);
    failAgain();
    world.syscalls.succeed();
    advance(accepted.backOffs.getLast());
    world.until(() -> accepted.fds.size() == 1);

    failAccepts(Errno.EMFILE);

    assertEquals(millis(10, 20, 10), accepted.backOffs);
  }

  @Test
  void anEpisodeIsOneLineInTheLog() {
    failAccepts(Errno.EMFILE);
    for (int pauses = 1; pauses < 20; pauses++) {
      failAgain();
    }

    assertEquals(
        List.of(
            "accept("
                + Failures.text(acceptor.localAddress())
                + "): EMFILE (Too many open files); raise this process's limit of open files"
                + " (ulimit -n); pausing, and trying again with back-off"),
        log.lines);
  }

  @Test
  void aLoggerThatLacksADescriptorTooIsReportedAndAcceptingGoesOn() {
    log.failure = new Error("no file can be opened");
    failAccepts(Errno.EMFILE);
    world.syscalls.succeed();
    advance(BackOff.FIRST);

    world.until(() -> accepted.fds.size() == 1);
    assertEquals(List.of(log.failure), world.errors);
    world.errors.clear();
  }

  @Test
  void aLaterEpisodeIsAnotherLine() {
    failAccepts(Errno.EMFILE);
    world.syscalls.succeed();
    advance(BackOff.QUIET_BETWEEN_EPISODES);
    world.until(() -> accepted.fds.size() == 1);
    world.clock.advance(Duration.ofNanos(1));
    failAccepts(Errno.ENFILE);

    assertEquals(2, log.lines.size());
    assertTrue(log.lines.getLast().contains("ENFILE"));
  }

  @Test
  void aListenerThatPausesCanBeClosed() {
    failAccepts(Errno.EMFILE);

    acceptor.close();
    world.syscalls.succeed();
    advance(BackOff.MAX);

    world.until(() -> accepted.timesClosed.get() == 1);
    assertEquals(0, accepted.fds.size());
  }

  @Test
  void aLoopThatClosesWhileItPausesClosesIt() {
    world.syscalls.fail(ACCEPT, Errno.EMFILE);
    connect(1);
    world.loop.close(); // before the first pause: no timer is to be had any more
    world.turn();

    world.closeLoop();

    assertEquals(1, accepted.timesClosed.get());
  }

  /** One recording for both, because to begin and to read one takes time. */
  @Test
  void flightRecorderSeesThePausesWhenTheyAreOver() {
    try (FlightRecording recording = new FlightRecording()) {
      failAccepts(Errno.EMFILE);
      failAgain();
      acceptor.close();

      List<RecordedEvent> pauses = recording.events("dev.zloop.AcceptPaused");
      assertEquals(2, pauses.size(), "one that went by, and one cut short");
      RecordedEvent first = pauses.getFirst();
      assertEquals("world", first.getString("loop"));
      assertEquals(Failures.text(acceptor.localAddress()), first.getString("local"));
      assertEquals("EMFILE", first.getString("error"));
      assertTrue(first.getString("message").contains("ulimit -n"));
      assertFalse(pauses.getLast().getStartTime().isBefore(first.getEndTime()));
    }
  }

  private static int errno(String name) throws ReflectiveOperationException {
    return Errno.class.getField(name).getInt(null);
  }

  private static List<Duration> millis(long... millis) {
    return LongStream.of(millis).mapToObj(Duration::ofMillis).toList();
  }
}
