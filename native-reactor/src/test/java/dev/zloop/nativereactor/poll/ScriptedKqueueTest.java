package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_READ;
import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_USER;
import static dev.zloop.nativereactor.sys.KqueueConstants.EVFILT_WRITE;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_ADD;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_CLEAR;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_DELETE;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_EOF;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_ERROR;
import static dev.zloop.nativereactor.sys.KqueueConstants.EV_RECEIPT;
import static dev.zloop.nativereactor.sys.KqueueConstants.NOTE_TRIGGER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Kevent;
import dev.zloop.nativereactor.sys.Region;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That the kqueue which stands in for the kernel's does what kqueue(2) of macOS says. */
class ScriptedKqueueTest {
  private static final int ROOM = 4;

  private final ScriptedSockets sockets = new ScriptedSockets();
  private final ScriptedKqueue kqueue = sockets.kqueue;
  private final PolledSockets.Pair pair = sockets.pair();
  private final Region region = Region.allocate(16 + 2L * ROOM * Kevent.SIZE, 8);
  private final long noTime = region.address();
  private final long changes = noTime + 16;
  private final long events = changes + (long) ROOM * Kevent.SIZE;

  @BeforeEach
  void open() {
    assertEquals(ScriptedKqueue.KQ, kqueue.kqueue());
  }

  @AfterEach
  void free() {
    region.close();
  }

  // ---- edges

  @Test
  void anEventWithClearIsToldOnceUntilItArisesAnew() {
    add(EVFILT_READ, EV_CLEAR);
    assertEquals(0, events());
    sockets.send(pair.far(), "a");
    assertEquals(1, events());
    assertEvent(0, EVFILT_READ, 0, 1);
    assertEquals(0, events());
    sockets.send(pair.far(), "b");
    assertEquals(1, events());
    assertEvent(0, EVFILT_READ, 0, 2);
  }

  @Test
  void anEventWithoutClearIsToldAsLongAsItHolds() {
    add(EVFILT_READ, 0);
    sockets.send(pair.far(), "a");
    assertEquals(1, events());
    assertEquals(1, events());
    sockets.receive(pair.near());
    assertEquals(0, events());
  }

  @Test
  void whatHoldsNoLongerWhenItWouldBeToldIsNotTold() {
    add(EVFILT_READ, EV_CLEAR);
    sockets.send(pair.far(), "a");
    sockets.receive(pair.near());
    assertEquals(0, events());
  }

  @Test
  void whatHoldsAlreadyIsToldOfANewFilterAndAgainOfOneThatIsAddedAnew() {
    sockets.send(pair.far(), "a");
    add(EVFILT_READ, EV_CLEAR);
    assertEquals(1, events());
    assertEquals(0, events());
    add(EVFILT_READ, EV_CLEAR);
    assertEquals(1, events());
  }

  @Test
  void aWriterIsToldOfEveryRoomThatItsPeerMakes() {
    add(EVFILT_WRITE, EV_CLEAR);
    assertEquals(1, events());
    sockets.send(pair.near(), "a");
    assertEquals(0, events());
    sockets.receive(pair.far());
    assertEquals(1, events());
    assertEvent(0, EVFILT_WRITE, 0, 10_000);
  }

  @Test
  void eachFilterTellsItsEventsByItselfAndWhatFindsNoRoomStays() {
    add(EVFILT_WRITE, EV_CLEAR);
    add(EVFILT_READ, EV_CLEAR);
    sockets.send(pair.far(), "a");
    assertEquals(1, kqueue.kevent(ScriptedKqueue.KQ, 0, 0, events, 1, noTime));
    assertEvent(0, EVFILT_WRITE, 0, 10_000);
    assertEquals(1, kqueue.kevent(ScriptedKqueue.KQ, 0, 0, events, 1, noTime));
    assertEvent(0, EVFILT_READ, 0, 1);
  }

  // ---- ends

  @Test
  void theEndOfTheInputIsToldBesideWhatIsUnread() {
    add(EVFILT_READ, EV_CLEAR);
    sockets.send(pair.far(), "abc");
    sockets.shutdownOutput(pair.far());
    assertEquals(1, events());
    assertEvent(0, EVFILT_READ, EV_EOF, 3);
    assertEquals(0, Kevent.fflags(events));
  }

  @Test
  void theEndOfTheOutputIsToldToWhoShutItDown() {
    add(EVFILT_WRITE, EV_CLEAR);
    assertEquals(1, events());
    sockets.shutdownOutput(pair.near());
    assertEquals(1, events());
    assertEvent(0, EVFILT_WRITE, EV_EOF, 0);
  }

  @Test
  void aResetIsToldByBothFiltersAndRemainsOnTheSocket() {
    add(EVFILT_READ, EV_CLEAR);
    add(EVFILT_WRITE, EV_CLEAR);
    sockets.reset(pair.far());
    assertEquals(2, events());
    for (int index = 0; index < 2; index++) {
      long event = events + (long) index * Kevent.SIZE;
      assertEquals(EV_EOF, Kevent.flags(event) & EV_EOF);
      assertEquals(Errno.ECONNRESET, Kevent.fflags(event));
    }
    assertEquals(Errno.ECONNRESET, sockets.takeError(pair.near()));
  }

  // ---- changes

  @Test
  void aReceiptAnswersAChangeWithoutTakingEvents() {
    sockets.send(pair.far(), "a");
    change(0, EVFILT_READ, EV_ADD | EV_CLEAR | EV_RECEIPT, 0);
    change(1, EVFILT_WRITE, EV_ADD | EV_CLEAR | EV_RECEIPT, 0);
    assertEquals(2, kqueue.kevent(ScriptedKqueue.KQ, changes, 2, events, ROOM, noTime));
    assertAnswer(0, EVFILT_READ, 0);
    assertAnswer(1, EVFILT_WRITE, 0);
    assertEquals(2, events());
  }

  @Test
  void aChangeThatFailsIsAnsweredAndTheOthersAreMade() {
    kqueue.failures.put(EVFILT_READ, Errno.ENOMEM);
    change(0, EVFILT_READ, EV_ADD, 0);
    change(1, EVFILT_WRITE, EV_ADD, 0);
    assertEquals(1, kqueue.kevent(ScriptedKqueue.KQ, changes, 2, events, ROOM, noTime));
    assertAnswer(0, EVFILT_READ, Errno.ENOMEM);
    assertFalse(kqueue.has(EVFILT_READ, pair.near()));
    assertTrue(kqueue.has(EVFILT_WRITE, pair.near()));
  }

  @Test
  void aChangeThatFailsWithoutRoomForItsAnswerFailsTheCall() {
    change(0, EVFILT_READ, EV_DELETE, 0);
    assertEquals(-Errno.ENOENT, kqueue.kevent(ScriptedKqueue.KQ, changes, 1, 0, 0, noTime));
  }

  @Test
  void theArrayOfChangesMayTakeTheAnswers() {
    change(0, EVFILT_READ, EV_DELETE | EV_RECEIPT, 0);
    change(1, EVFILT_READ, EV_ADD | EV_RECEIPT, 0);
    assertEquals(2, kqueue.kevent(ScriptedKqueue.KQ, changes, 2, changes, 2, noTime));
    assertEquals(Errno.ENOENT, Kevent.data(changes));
    assertEquals(0, Kevent.data(changes + Kevent.SIZE));
    assertNotEquals(0, Kevent.flags(changes + Kevent.SIZE) & EV_ERROR);
  }

  @Test
  void wrongChangesAreAnsweredWithTheirErrno() {
    assertEquals(Errno.EBADF, answerTo(4711, EVFILT_READ, EV_ADD));
    assertEquals(Errno.EINVAL, answerTo(pair.near(), -99, EV_ADD));
    assertEquals(Errno.ENOENT, answerTo(pair.near(), EVFILT_READ, 0));
    assertEquals(-Errno.EBADF, kqueue.kevent(4711, 0, 0, events, ROOM, noTime));
  }

  @Test
  void aDeletedFilterTellsNothing() {
    add(EVFILT_READ, EV_CLEAR);
    sockets.send(pair.far(), "a");
    assertEquals(0, answerTo(pair.near(), EVFILT_READ, EV_DELETE));
    assertEquals(0, events());
    assertEquals(Errno.ENOENT, answerTo(pair.near(), EVFILT_READ, EV_DELETE));
  }

  @Test
  void closingADescriptorRemovesItsFiltersAndWhatTheyHadToTell() {
    add(EVFILT_READ, EV_CLEAR);
    add(EVFILT_WRITE, EV_CLEAR);
    sockets.close(pair.near());
    assertEquals(0, events());
    assertFalse(kqueue.has(EVFILT_READ, pair.near()));
    assertFalse(kqueue.has(EVFILT_WRITE, pair.near()));
  }

  // ---- user events

  @Test
  void aUserEventIsToldOnceHoweverOftenItWasTriggered() {
    addUserEvent();
    assertEquals(0, events());
    trigger(7);
    trigger(7);
    assertEquals(1, events());
    assertEquals(EVFILT_USER, Kevent.filter(events));
    assertEquals(7, Kevent.udata(events));
    assertEquals(0, events());
    trigger(7);
    assertEquals(1, events());
  }

  @Test
  void triggeringAnUnknownUserEventFails() {
    Kevent.set(changes, 0, EVFILT_USER, 0, NOTE_TRIGGER, 7);
    assertFalse(kqueue.trigger(ScriptedKqueue.KQ, changes));
  }

  @Test
  void aTriggerEndsACallThatWaitsForEver() throws InterruptedException {
    addUserEvent();
    Thread other = Thread.ofPlatform().start(() -> trigger(7));
    assertEquals(1, kqueue.kevent(ScriptedKqueue.KQ, 0, 0, events, ROOM, 0));
    other.join();
  }

  private void addUserEvent() {
    assertEquals(0, answerTo(0, EVFILT_USER, EV_ADD | EV_CLEAR));
  }

  private void trigger(long udata) {
    try (Region change = Region.allocate(Kevent.SIZE, 8)) {
      Kevent.set(change.address(), 0, EVFILT_USER, 0, NOTE_TRIGGER, udata);
      assertTrue(kqueue.trigger(ScriptedKqueue.KQ, change.address()));
    }
  }

  // ---- asking

  private void add(int filter, int flags) {
    assertEquals(0, answerTo(pair.near(), filter, EV_ADD | flags));
  }

  private int answerTo(long ident, int filter, int flags) {
    Kevent.set(changes, ident, filter, flags | EV_RECEIPT, 0, 1);
    assertEquals(1, kqueue.kevent(ScriptedKqueue.KQ, changes, 1, events, 1, noTime));
    assertNotEquals(0, Kevent.flags(events) & EV_ERROR);
    return (int) Kevent.data(events);
  }

  private void change(int index, int filter, int flags, int fflags) {
    Kevent.set(changes + (long) index * Kevent.SIZE, pair.near(), filter, flags, fflags, 1);
  }

  private int events() {
    return kqueue.kevent(ScriptedKqueue.KQ, 0, 0, events, ROOM, noTime);
  }

  private void assertEvent(int index, int filter, int end, long data) {
    long event = events + (long) index * Kevent.SIZE;
    assertEquals(pair.near(), Kevent.ident(event));
    assertEquals(filter, Kevent.filter(event));
    assertEquals(end, Kevent.flags(event) & (EV_EOF | EV_ERROR));
    assertEquals(data, Kevent.data(event));
    assertEquals(1, Kevent.udata(event));
  }

  private void assertAnswer(int index, int filter, int errno) {
    long event = events + (long) index * Kevent.SIZE;
    assertEquals(filter, Kevent.filter(event));
    assertNotEquals(0, Kevent.flags(event) & EV_ERROR);
    assertEquals(errno, Kevent.data(event));
  }
}
