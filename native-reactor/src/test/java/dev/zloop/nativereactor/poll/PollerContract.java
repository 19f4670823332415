package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.poll.Poller.ERROR;
import static dev.zloop.nativereactor.poll.Poller.HANGUP;
import static dev.zloop.nativereactor.poll.Poller.PEER_CLOSED;
import static dev.zloop.nativereactor.poll.Poller.READABLE;
import static dev.zloop.nativereactor.poll.Poller.RESERVED_TOKEN;
import static dev.zloop.nativereactor.poll.Poller.STREAM;
import static dev.zloop.nativereactor.poll.Poller.URGENT;
import static dev.zloop.nativereactor.poll.Poller.WRITABLE;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.sys.Errno;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every poller tells of descriptors and wakeups. Pollers differ in how much they tell at once,
 * so that a test asks for what must be told, in one event or several, and for nothing else, but
 * that a writable stream is, and that what is readable may be urgent.
 */
abstract class PollerContract {
  static final long TOKEN = 0x0123456789ABCDEFL;

  /** How many events a poll returns. */
  static final int MAX_EVENTS = 8;

  final PolledSockets sockets;
  final Poller poller;

  /** What the events told that were collected, and an error that one of them brought along. */
  private int told;

  private int toldErrno;

  PollerContract(PolledSockets sockets, Poller poller) {
    this.sockets = sockets;
    this.poller = poller;
  }

  @AfterEach
  final void close() {
    poller.close();
    sockets.close();
  }

  /** Whether what finds no room among the events of a poll is told by the next one. */
  boolean keepsWhatFindsNoRoom() {
    return true;
  }

  // ---- what is told

  @Test
  final void aFreshStreamIsWritableAndToldSoOnce() {
    register(sockets.pair().near());
    assertTold(WRITABLE);
    assertNothingTold();
  }

  @Test
  final void readabilityIsToldOncePerArrivalEvenIfNothingIsRead() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    assertTold(WRITABLE);
    for (String text : new String[] {"a", "b"}) {
      sockets.send(pair.far(), text);
      assertTold(READABLE);
      assertNothingTold();
    }
    assertEquals(2, sockets.receive(pair.near()));
  }

  @Test
  final void whatHappenedBeforeRegisteringIsToldToo() {
    PolledSockets.Pair pair = sockets.pair();
    sockets.send(pair.far(), "early");
    register(pair.near());
    assertTold(READABLE | WRITABLE);
  }

  @Test
  final void writabilityIsToldWhenAFullKernelHasRoomAgain() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    assertTold(WRITABLE);
    int sent = 0;
    do {
      // Until it is full and stays so: what the peer's kernel takes meanwhile is an edge as well.
      for (int n = sockets.sendMuch(pair.near()); n > 0; n = sockets.sendMuch(pair.near())) {
        sent += n;
      }
    } while (poller.poll(0) > 0);
    for (int read = 0; read < sent; ) {
      read += sockets.receive(pair.far());
    }
    assertTold(WRITABLE);
  }

  @Test
  final void halfCloseIsToldWhileNothingIsRead() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    assertTold(WRITABLE);
    sockets.send(pair.far(), "unread");
    sockets.shutdownOutput(pair.far());
    assertTold(READABLE | PEER_CLOSED);
    assertNothingTold();
  }

  @Test
  final void closingBothWaysIsAHangup() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    assertTold(WRITABLE);
    sockets.shutdownOutput(pair.near());
    sockets.shutdownOutput(pair.far());
    assertTold(READABLE | PEER_CLOSED | HANGUP);
  }

  @Test
  final void shuttingDownOnesOwnOutputIsNoEndOfTheInput() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    assertTold(WRITABLE);
    sockets.shutdownOutput(pair.near());
    sockets.send(pair.far(), "still");
    assertTold(READABLE);
    assertEquals(5, sockets.receive(pair.near()));
  }

  @Test
  final void aResetIsAnErrorToldWithoutInterest() {
    PolledSockets.Pair pair = sockets.pair();
    ok(poller.register(pair.near(), 0, TOKEN));
    sockets.reset(pair.far());
    assertToldExactly(ERROR | HANGUP);
    assertError(Errno.ECONNRESET, pair.near());
  }

  @Test
  final void aRefusedConnectIsToldAndSaysWhy() {
    int fd = sockets.refused();
    register(fd);
    assertToldExactly(READABLE | WRITABLE | PEER_CLOSED | ERROR | HANGUP);
    assertError(Errno.ECONNREFUSED, fd);
  }

  @Test
  final void aConnectThatSucceedsIsToldAsWritable() {
    int fd = sockets.connecting(sockets.listener());
    register(fd);
    assertToldExactly(WRITABLE);
    assertError(0, fd);
  }

  @Test
  final void aListenerIsReadableWhenThereIsSomebodyToAccept() {
    int listener = sockets.listener();
    ok(poller.register(listener, READABLE, TOKEN));
    assertNothingTold();
    sockets.connecting(listener);
    assertToldExactly(READABLE);
    sockets.accept(listener);
    assertNothingTold();
  }

  @Test
  final void onlyTheInterestIsToldAndModifyTellsAgain() {
    PolledSockets.Pair pair = sockets.pair();
    sockets.send(pair.far(), "x");
    ok(poller.register(pair.near(), READABLE, TOKEN));
    assertToldExactly(READABLE);
    assertNothingTold();
    ok(poller.modify(pair.near(), READABLE, TOKEN));
    assertToldExactly(READABLE);
    ok(poller.modify(pair.near(), WRITABLE, TOKEN));
    assertToldExactly(WRITABLE);
    ok(poller.modify(pair.near(), 0, TOKEN));
    assertNothingTold();
  }

  // ---- registrations

  @Test
  final void anyTokenButTheReservedOneComesBack() {
    int fd = sockets.pair().near();
    ok(poller.register(fd, WRITABLE, 0));
    for (long token : new long[] {0, 1, -2, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32}) {
      ok(poller.modify(fd, WRITABLE, token));
      assertEquals(1, poller.poll(-1));
      assertEquals(token, poller.token(0));
    }
    assertEquals(-Errno.EINVAL, poller.modify(fd, WRITABLE, RESERVED_TOKEN));
    int other = sockets.pair().near();
    assertEquals(-Errno.EINVAL, poller.register(other, WRITABLE, RESERVED_TOKEN));
  }

  @Test
  final void aDeregisteredDescriptorIsNotTold() {
    PolledSockets.Pair pair = sockets.pair();
    register(pair.near());
    ok(poller.deregister(pair.near()));
    sockets.send(pair.far(), "x");
    assertNothingTold();
  }

  @Test
  final void registeringIsRefusedWithTheKernelsReasons() {
    int fd = sockets.pair().near();
    assertEquals(-Errno.ENOENT, poller.modify(fd, STREAM, TOKEN));
    assertEquals(-Errno.ENOENT, poller.deregister(fd));
    register(fd);
    assertEquals(-Errno.EEXIST, poller.register(fd, STREAM, TOKEN));
    assertEquals(-Errno.EBADF, poller.register(-1, STREAM, TOKEN));
    assertEquals(-Errno.EBADF, poller.register(4711, STREAM, TOKEN));
  }

  @Test
  final void aNumberThatIsUsedAgainTellsOnlyOfItsNewDescriptor() {
    PolledSockets.Pair old = sockets.pair();
    ok(poller.register(old.near(), STREAM, 1));
    sockets.send(old.far(), "x");
    poller.beforeClose(old.near());
    sockets.close(old.near());

    // Whoever opens next gets the lowest number that is free.
    PolledSockets.Pair next = sockets.pair();
    assumeTrue(Set.of(next.near(), next.far()).contains(old.near()), "the number is not reused");
    int far = next.near() == old.near() ? next.far() : next.near();
    assertNothingTold();
    register(old.near());
    assertTold(WRITABLE);
    sockets.send(far, "y");
    assertTold(READABLE);
  }

  @Test
  final void moreDescriptorsThanAPollReturnsAreAllToldInTheEnd() {
    assumeTrue(keepsWhatFindsNoRoom(), "this one loses what finds no room");
    Set<Long> missing = new HashSet<>();
    for (long token = 0; token < 50; token++) {
      missing.add(token);
      ok(poller.register(sockets.pair().near(), STREAM, token));
    }
    while (!missing.isEmpty()) {
      int count = poller.poll(-1);
      assertEquals(Math.min(MAX_EVENTS, missing.size()), count);
      for (int index = 0; index < count; index++) {
        missing.remove(poller.token(index));
      }
    }
    assertNothingTold();
  }

  @Test
  final void anEventThatWasNotPolledCannotBeRead() {
    assertThrows(IndexOutOfBoundsException.class, () -> poller.token(0));
    register(sockets.pair().near());
    assertEquals(1, poller.poll(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> poller.token(1));
    assertThrows(IndexOutOfBoundsException.class, () -> poller.readiness(-1));
    assertNothingTold();
    assertThrows(IndexOutOfBoundsException.class, () -> poller.readiness(0));
  }

  @Test
  final void afterCloseEveryCallTellsThatThereIsNoSuchDescriptor() {
    int fd = sockets.pair().near();
    register(fd);
    assertTold(WRITABLE);
    poller.close();
    poller.close();
    assertEquals(-Errno.EBADF, poller.register(fd, STREAM, TOKEN));
    assertEquals(-Errno.EBADF, poller.modify(fd, STREAM, TOKEN));
    assertEquals(-Errno.EBADF, poller.deregister(fd));
    assertEquals(-Errno.EBADF, poller.poll(-1));
    assertEquals(-Errno.EBADF, poller.poll(1));
    assertThrows(IndexOutOfBoundsException.class, () -> poller.token(0));
    poller.beforeClose(fd);
    poller.wakeup();
  }

  // ---- wakeups; one that is lost shows as a poll that never returns

  @Test
  final void aWakeupBeforeThePollEndsIt() {
    poller.wakeup();
    assertEquals(0, poller.poll(-1));
  }

  @Test
  final void theLongestTimeoutThereIsEndsByAWakeupAsWell() {
    poller.wakeup();
    assertEquals(0, poller.poll(Long.MAX_VALUE));
  }

  @Test
  final void aWakeupIsNotAmongTheEventsWhereverItStands() {
    for (int before = 0; before <= 4; before++) {
      Set<Long> registered = new HashSet<>();
      for (long token = 0; token < 4; token++) {
        if (token == before) {
          poller.wakeup();
        }
        ok(poller.register(sockets.pair().near(), WRITABLE, token));
        registered.add(token);
      }
      if (before == 4) {
        poller.wakeup();
      }
      assertEquals(4, poller.poll(-1));
      IntStream.range(0, 4)
          .forEach(index -> {
            registered.remove(poller.token(index));
            assertEquals(WRITABLE, poller.readiness(index));
          });
      assertEquals(Set.of(), registered);
    }
  }

  @Test
  final void aWakeupFromAnotherThreadEndsAPollThatWaits() throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      for (int repetition = 0; repetition < 1000; repetition++) {
        Future<?> waker = executor.submit(poller::wakeup);
        assertEquals(0, poller.poll(-1));
        waker.get();
      }
    }
  }

  /**
   * Each thread leaves a mark, wakes the poll and waits until the mark is taken. Whoever takes
   * marks polls for ever: it stops moving if one wakeup is lost.
   */
  @Test
  final void noWakeupOfManyThreadsIsLost() {
    int threads = 4;
    int rounds = 2000;
    AtomicIntegerArray marks = new AtomicIntegerArray(threads);
    Semaphore[] taken = new Semaphore[threads];
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        int mine = thread;
        taken[mine] = new Semaphore(0);
        executor.execute(() -> {
          for (int round = 0; round < rounds; round++) {
            marks.set(mine, 1);
            poller.wakeup();
            taken[mine].acquireUninterruptibly();
          }
        });
      }
      for (int total = 0; total < threads * rounds; ) {
        assertEquals(0, poller.poll(-1));
        for (int thread = 0; thread < threads; thread++) {
          if (marks.getAndSet(thread, 0) != 0) {
            taken[thread].release();
            total++;
          }
        }
      }
    }
  }

  // ---- asking

  final void register(int fd) {
    ok(poller.register(fd, STREAM, TOKEN));
  }

  /** All of it, in one event or several, and nothing else but that the stream is writable. */
  final void assertTold(int expected) {
    collect(expected);
    assertEquals(expected, told & ~(WRITABLE & ~expected) & ~URGENT);
  }

  final void assertToldExactly(int expected) {
    collect(expected);
    assertEquals(expected, told & ~URGENT);
  }

  private void collect(int expected) {
    told = 0;
    while ((told & expected) != expected) {
      collect(poller.poll(-1), TOKEN);
    }
    for (int count = poller.poll(0); count != 0; count = poller.poll(0)) {
      collect(count, TOKEN);
    }
  }

  private void collect(int count, long token) {
    for (int index = 0; index < ok(count); index++) {
      assertEquals(token, poller.token(index));
      told |= poller.readiness(index);
      toldErrno = Math.max(toldErrno, poller.error(index));
    }
  }

  /** Of the events collected, or of the socket, which one of them asked. */
  private void assertError(int errno, int fd) {
    int ofSocket = sockets.takeError(fd);
    assertEquals(errno, toldErrno != 0 ? toldErrno : ofSocket);
  }

  final void assertNothingTold() {
    assertEquals(0, poller.poll(0));
  }
}
