package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.SocketOptions;
import dev.zloop.nativereactor.sys.Errno;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener when descriptors or memory run out, which the system calls of the loop play. */
@ExtendWith(OpenDescriptors.class)
class BackOffTest {
  private static final String ACCEPT = "accept4";

  private final LogLines log = new LogLines();
  private final Accepted accepted = new Accepted();
  private final Clients clients = new Clients();
  private TurnedLoop loop;
  private Acceptor acceptor;

  @BeforeEach
  void listen() throws Exception {
    loop = new TurnedLoop();
    acceptor = Acceptor.open(loop.loop, Addresses.ANY_PORT, SocketOptions.DEFAULT, accepted);
    loop.settle();
  }

  @AfterEach
  void close() throws Exception {
    accepted.closeAll(loop.loop);
    loop.close();
    clients.close();
    log.close();
  }

  private void connect(int count) throws Exception {
    clients.connect(count, acceptor.localAddress());
  }

  @ParameterizedTest
  @ValueSource(strings = {"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EINVAL"})
  void aListenerThatCannotAcceptPausesAndResumes(String errno) throws Exception {
    loop.failures.put(ACCEPT, errno(errno));
    connect(2);
    loop.settle();
    assertEquals(errno, accepted.pauses.getFirst().errnoName());
    assertEquals(0, accepted.fds.size());

    loop.failures.clear();
    loop.advance(BackOff.FIRST);

    assertEquals(2, accepted.fds.size());
    assertEquals(1, accepted.pauses.size());
  }

  @Test
  void itDoesNotSpinMeanwhile() throws Exception {
    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.settle();
    long attempts = loop.countCalls(ACCEPT);

    connect(1); // makes an edge
    for (int turns = 0; turns < 100; turns++) {
      loop.turn();
    }
    loop.advance(BackOff.FIRST.minusNanos(1));

    assertEquals(attempts, loop.countCalls(ACCEPT));
  }

  @Test
  void thePausesDoubleUpToASecond() throws Exception {
    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.settle();
    for (int pauses = 1; pauses < 9; pauses++) {
      loop.advance(accepted.backOffs.getLast());
    }

    assertEquals(millis(10, 20, 40, 80, 160, 320, 640, 1000, 1000), accepted.backOffs);
  }

  @Test
  void aSuccessBringsTheFirstPauseBack() throws Exception {
    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.settle();
    loop.advance(accepted.backOffs.getLast());
    loop.failures.clear();
    loop.advance(accepted.backOffs.getLast());

    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.settle();

    assertEquals(millis(10, 20, 10), accepted.backOffs);
  }

  @Test
  void anEpisodeIsOneLineInTheLog() throws Exception {
    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.settle();
    for (int pauses = 1; pauses < 20; pauses++) {
      loop.advance(accepted.backOffs.getLast());
    }

    assertEquals(
        List.of(
            "accept(127.0.0.1:"
                + Addresses.port(acceptor.localAddress())
                + "): EMFILE (Too many open files); raise this process's limit of open files"
                + " (ulimit -n); pausing, and trying again with back-off"),
        log.lines);
  }

  @Test
  void aLoggerThatLacksADescriptorTooIsReportedAndAcceptingGoesOn() throws Exception {
    log.failure = new Error("no file can be opened");
    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.settle();
    loop.failures.clear();
    loop.advance(BackOff.FIRST);

    assertEquals(1, accepted.fds.size());
    assertEquals(List.of(log.failure), loop.errors);
    loop.errors.clear();
  }

  @Test
  void aLaterEpisodeIsAnotherLine() throws Exception {
    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.settle();
    loop.failures.clear();
    loop.advance(BackOff.QUIET_BETWEEN_EPISODES);
    loop.failures.put(ACCEPT, Errno.ENFILE);
    loop.advance(Duration.ofNanos(1));
    connect(1);
    loop.settle();

    assertEquals(2, log.lines.size());
    assertTrue(log.lines.getLast().contains("ENFILE"));
  }

  @Test
  void aListenerThatPausesCanBeClosed() throws Exception {
    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.settle();

    acceptor.close();
    loop.failures.clear();
    loop.advance(BackOff.MAX);

    assertEquals(1, accepted.timesClosed.get());
    assertEquals(0, accepted.fds.size());
  }

  @Test
  void aLoopThatClosesWhileItPausesClosesIt() throws Exception {
    loop.failures.put(ACCEPT, Errno.EMFILE);
    connect(1);
    loop.loop.close(); // before the first pause: no timer is to be had any more
    loop.turn();

    loop.close();

    assertEquals(1, accepted.timesClosed.get());
    loop = new TurnedLoop();
  }

  private static int errno(String name) throws ReflectiveOperationException {
    return Errno.class.getField(name).getInt(null);
  }

  private static List<Duration> millis(long... millis) {
    return LongStream.of(millis).mapToObj(Duration::ofMillis).toList();
  }
}
