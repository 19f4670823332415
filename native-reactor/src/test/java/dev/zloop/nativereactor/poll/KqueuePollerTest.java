package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.poll.Poller.ERROR;
import static dev.zloop.nativereactor.poll.Poller.HANGUP;
import static dev.zloop.nativereactor.poll.Poller.PEER_CLOSED;
import static dev.zloop.nativereactor.poll.Poller.READABLE;
import static dev.zloop.nativereactor.poll.Poller.STREAM;
import static dev.zloop.nativereactor.poll.Poller.URGENT;
import static dev.zloop.nativereactor.poll.Poller.WRITABLE;
import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_READ;
import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_WRITE;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract on a kqueue as macOS documents it, and what the poller makes of its filters. */
class KqueuePollerTest extends PollerContract {
  private final ScriptedKqueue kqueue;

  KqueuePollerTest() {
    ScriptedSockets scripted = new ScriptedSockets();
    kqueue = scripted.kqueue;
    super(scripted, KqueuePoller.open(MAX_EVENTS, scripted.kqueue));
  }

  // ---- what filters make

  @Test
  void bothFiltersOfAStreamTellTheirOwnInOneTokensName() {
    PolledSockets.Pair pair = sockets.pair();
    sockets.send(pair.far(), "x");
    register(pair.near());
    assertEquals(2, poller.poll(0));
    assertEquals(List.of(TOKEN, TOKEN), List.of(poller.token(0), poller.token(1)));
    assertEquals(READABLE | URGENT | WRITABLE, poller.readiness(0) | poller.readiness(1));
    assertEquals(0, poller.readiness(0) & poller.readiness(1));
  }

  @Test
  void nothingIsSupposedUrgentWhereErrorsDoNotStayOnTheSocket() {
    ScriptedSockets ofLibrary = new ScriptedSockets();
    ofLibrary.kqueue.errorsStay = false;
    try (KqueuePoller library = KqueuePoller.open(MAX_EVENTS, ofLibrary.kqueue)) {
      PolledSockets.Pair pair = ofLibrary.pair();
      ofLibrary.send(pair.far(), "x");
      ok(library.register(pair.near(), READABLE | URGENT, TOKEN));
      assertEquals(1, library.poll(0));
      assertEquals(READABLE, library.readiness(0));
    }
  }

  @Test
  void anErrorComesWithTheEventAndStaysOnTheSocket() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    sockets.reset(pair.far());
    assertEquals(2, poller.poll(0));
    for (int index = 0; index < 2; index++) {
      assertEquals(ERROR | HANGUP, poller.readiness(index) & (ERROR | HANGUP));
      assertEquals(Errno.ECONNRESET, poller.error(index));
    }
    assertEquals(Errno.ECONNRESET, sockets.takeError(pair.near()));
  }

  @Test
  void anEndWithoutAnErrorIsNone() {
    PolledSockets.Pair pair = sockets.pair();
    ok(poller.register(pair.near(), READABLE | PEER_CLOSED, TOKEN));
    sockets.shutdownOutput(pair.far());
    assertEquals(1, poller.poll(0));
    assertEquals(READABLE | PEER_CLOSED, poller.readiness(0));
    assertEquals(0, poller.error(0));
  }

  @Test
  void endsThatWereSeenAreForgottenWithTheirDescriptor() {
    PolledSockets.Pair old = sockets.pair();
    register(old.near());
    sockets.shutdownOutput(old.far());
    assertTold(READABLE | WRITABLE | PEER_CLOSED);
    poller.beforeClose(old.near());
    sockets.close(old.near());

    PolledSockets.Pair next = sockets.pair();
    assertEquals(old.near(), next.near());
    register(next.near());
    sockets.shutdownOutput(next.near());
    assertToldExactly(WRITABLE);
  }

  @Test
  void anEventOfNoInterestLeavesItsPlaceToTheOthers() {
    PolledSockets.Pair quiet = sockets.pair();
    PolledSockets.Pair told = sockets.pair();
    sockets.send(quiet.far(), "unread");
    sockets.send(told.far(), "unread");
    ok(poller.register(quiet.near(), WRITABLE, 1));
    ok(poller.register(told.near(), READABLE, 2));
    assertEquals(2, poller.poll(0));
    assertEquals(1, poller.token(0));
    assertEquals(WRITABLE, poller.readiness(0));
    assertEquals(2, poller.token(1));
    assertEquals(READABLE, poller.readiness(1));
  }

  // ---- changes

  @Test
  void aFilterThatCannotBeHadLeavesNoneBehind() {
    int fd = sockets.pair().near();
    for (int filter : new int[] {EVFILT_READ, EVFILT_WRITE}) {
      kqueue.failures.put(filter, Errno.ENOMEM);
      assertEquals(-Errno.ENOMEM, poller.register(fd, STREAM, TOKEN));
      assertFalse(kqueue.has(EVFILT_READ, fd));
      assertFalse(kqueue.has(EVFILT_WRITE, fd));
      assertEquals(-Errno.ENOENT, poller.deregister(fd));
    }
    assertNothingTold();
    register(fd);
    assertTold(WRITABLE);
  }

  @Test
  void changesTakeNoEventsOfOthers() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    sockets.send(pair.far(), "x");
    ok(poller.register(sockets.pair().near(), STREAM, 2));
    assertEquals(3, poller.poll(0));
  }

  @Test
  void deregisteringRemovesBothFilters() {
    int fd = sockets.pair().near();
    register(fd);
    assertTrue(kqueue.has(EVFILT_READ, fd) && kqueue.has(EVFILT_WRITE, fd));
    ok(poller.deregister(fd));
    assertFalse(kqueue.has(EVFILT_READ, fd) || kqueue.has(EVFILT_WRITE, fd));
  }

  @Test
  void closingLeavesTheFiltersToTheKernelAndTakesThemFromALibrary() {
    int fd = sockets.pair().near();
    register(fd);
    poller.beforeClose(fd);
    assertTrue(kqueue.has(EVFILT_READ, fd) && kqueue.has(EVFILT_WRITE, fd));
    assertEquals(-Errno.ENOENT, poller.deregister(fd));

    int other = sockets.pair().near();
    register(other);
    kqueue.closeRemovesFilters = false;
    poller.beforeClose(other);
    assertFalse(kqueue.has(EVFILT_READ, other) || kqueue.has(EVFILT_WRITE, other));
  }

  @Test
  void aHighDescriptorIsRememberedAsWell() {
    int fd = -1;
    while (fd < 1000) {
      fd = sockets.pair().far();
    }
    register(fd);
    assertEquals(-Errno.EEXIST, poller.register(fd, STREAM, TOKEN));
    assertTold(WRITABLE);
  }

  // ---- waiting

  @Test
  void theKernelIsToldNanoseconds() {
    List<Long> timeouts = List.of(0L, 1L, 999_999L, 1_000_001L);
    timeouts.forEach(nanos -> assertEquals(0, poller.poll(nanos)));
    poller.wakeup();
    assertEquals(0, poller.poll(Long.MAX_VALUE));
    poller.wakeup();
    assertEquals(0, poller.poll(-5));
    assertEquals(List.of(0L, 1L, 999_999L, 1_000_001L, Long.MAX_VALUE, -1L), kqueue.timeoutsNanos);
  }

  @Test
  void aSignalIsNoError() {
    kqueue.interrupts = true;
    assertEquals(0, poller.poll(-1));
  }

  @Test
  void severalWakeupsEndOnePollAndNoMore() {
    for (int i = 0; i < 10; i++) {
      poller.wakeup();
    }
    assertEquals(0, poller.poll(-1));
    kqueue.interrupts = true;
    assertEquals(0, poller.poll(-1));
    assertFalse(kqueue.interrupts, "the second poll was to wait");
  }
}
