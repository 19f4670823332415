package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLOUT;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.LinuxUringSyscalls;
import dev.zloop.nativereactor.sys.Sockets;
import dev.zloop.nativereactor.sys.UringSyscalls;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wakeups of both kinds; one that is lost shows as a turn that never ends. */
@NeedsUring
class UringWakeupTest {
  /** By what a wait is ended. */
  enum Kind {
    MESSAGE,
    EVENTFD;

    Uring open() {
      return open(LinuxUringSyscalls.open());
    }

    Uring open(UringSyscalls syscalls) {
      UringFeatures features = UringProbe.features();
      assumeTrue(this == EVENTFD || features.sendsMessages(), "the kernel sends no messages");
      return Uring.open(
          Uring.OPTIONS, syscalls, new UringFeatures(features.capsMultishot(), this == MESSAGE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWakeupBeforeTheFirstTurnEndsIt(Kind kind) {
    try (Uring uring = kind.open()) {
      uring.completor.wakeup();
      ok(uring.completor.enter(-1));
      assertFalse(uring.completor.next());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWakeupBetweenTurnsEndsTheNext(Kind kind) {
    try (Uring uring = kind.open()) {
      for (int turn = 0; turn < 1000; turn++) {
        uring.completor.wakeup();
        ok(uring.completor.enter(-1));
        assertFalse(uring.completor.next());
      }
    }
  }

  /** The completion of an earlier wakeup, taken late, must not take a later wakeup with it. */
  @ParameterizedTest
  @EnumSource
  void aWakeupEndsTheNextTurnWhateverIsTakenMeanwhile(Kind kind) throws Exception {
    try (Uring uring = kind.open();
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      for (int turn = 0; turn < 200; turn++) {
        Future<?> waker = executor.submit(uring.completor::wakeup);
        ok(uring.completor.enter(-1));
        waker.get();
        uring.completor.wakeup();
        assertFalse(uring.completor.next());
        ok(uring.completor.enter(-1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFirstTurnAndAWakeupMayComeAtTheSameMoment(Kind kind) throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      CyclicBarrier start = new CyclicBarrier(2);
      for (int repetition = 0; repetition < 300; repetition++) {
        try (Uring uring = kind.open()) {
          Future<?> waker =
              executor.submit(() -> {
                start.await();
                uring.completor.wakeup();
                return null;
              });
          start.await();
          ok(uring.completor.enter(-1));
          waker.get();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWakeupIsNoCompletion(Kind kind) {
    try (Uring uring = kind.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      for (long number = 0; number < 5; number++) {
        uring.completor.wakeup();
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
        uring.await(number);
        ok(uring.completor.enter(0));
        assertFalse(uring.completor.next());
      }
    }
  }

  @Test
  void manyWakeupsBetweenTwoTurnsAreOneMessage() {
    AtomicInteger messages = new AtomicInteger();
    UringSyscalls counting =
        new RecordingUring() {
          @Override
          public int sendMessage(long sqe) {
            messages.incrementAndGet();
            return super.sendMessage(sqe);
          }
        };
    try (Uring uring = Kind.MESSAGE.open(counting)) {
      ok(uring.completor.enter(0));
      for (int i = 0; i < 10; i++) {
        uring.completor.wakeup();
      }
      assertEquals(1, messages.get());
      ok(uring.completor.enter(-1));
      uring.completor.wakeup();
      assertEquals(2, messages.get());
    }
  }

  /**
   * Each thread leaves a mark, wakes the loop and waits until the loop has taken the mark. The loop
   * takes marks and waits for ever: it stops moving if one wakeup is lost.
   */
  @ParameterizedTest
  @EnumSource
  void noWakeupOfManyThreadsIsLost(Kind kind) throws Exception {
    int threads = 4;
    int rounds = 5000;
    AtomicIntegerArray marks = new AtomicIntegerArray(threads);
    Semaphore[] taken = new Semaphore[threads];
    try (Uring uring = kind.open();
        ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        int mine = thread;
        taken[mine] = new Semaphore(0);
        executor.submit(() -> {
          for (int round = 0; round < rounds; round++) {
            marks.set(mine, 1);
            uring.completor.wakeup();
            taken[mine].acquireUninterruptibly();
          }
        });
      }
      for (int total = 0; total < threads * rounds; ) {
        ok(uring.completor.enter(-1));
        assertFalse(uring.completor.next());
        for (int thread = 0; thread < threads; thread++) {
          if (marks.getAndSet(thread, 0) != 0) {
            taken[thread].release();
            total++;
          }
        }
      }
    }
  }

  /** The kernel may be short of memory whenever it is asked. */
  @Test
  void noWakeupIsLostWhenMessagesAreRefusedForAWhile() throws Exception {
    int[] refusals = {Errno.ENOMEM, Errno.EAGAIN, Errno.EOVERFLOW, Errno.EINTR};
    AtomicInteger attempts = new AtomicInteger();
    UringSyscalls refusing =
        new RecordingUring() {
          @Override
          public int sendMessage(long sqe) {
            int attempt = attempts.getAndIncrement();
            return attempt % 5 == 4 ? super.sendMessage(sqe) : -refusals[attempt % 5];
          }
        };
    try (Uring uring = Kind.MESSAGE.open(refusing);
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      ok(uring.completor.enter(0));
      for (int turn = 0; turn < 200; turn++) {
        Future<?> waker = executor.submit(uring.completor::wakeup);
        ok(uring.completor.enter(-1));
        waker.get();
      }
    }
    assertTrue(attempts.get() > 200);
  }

  @Test
  void whoWakesStopsTryingWhenTheTurnHasEndedByItself() throws Exception {
    Semaphore tried = new Semaphore(0);
    UringSyscalls refusing =
        new RecordingUring() {
          @Override
          public int sendMessage(long sqe) {
            tried.release();
            return -Errno.ENOMEM;
          }
        };
    try (Uring uring = Kind.MESSAGE.open(refusing);
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> waker = executor.submit(uring.completor::wakeup);
      tried.acquire(3);
      ok(uring.completor.enter(-1));
      waker.get();
    }
  }

  @Test
  void whatCannotBeSentAtAllIsToldToWhoWakes() {
    UringSyscalls refusing =
        new RecordingUring() {
          @Override
          public int sendMessage(long sqe) {
            return -Errno.EINVAL;
          }
        };
    try (Uring uring = Kind.MESSAGE.open(refusing)) {
      ErrnoException e = assertThrows(ErrnoException.class, uring.completor::wakeup);
      assertEquals(Errno.EINVAL, e.errno());
    }
  }

  @Test
  void theEventfdIsPolledAgainWhenItsPollHasEnded() {
    RecordingUring calls = new RecordingUring();
    try (Uring uring = Kind.EVENTFD.open(calls)) {
      ok(uring.completor.enter(0));
      for (int turn = 0; turn < 10; turn++) {
        assertTrue(uring.completor.cancelAll(calls.opened.getLast()));
        ok(uring.completor.enter(-1));
        assertFalse(uring.completor.next());
        ok(uring.completor.enter(0));
        assertFalse(uring.completor.next());
        uring.completor.wakeup();
        ok(uring.completor.enter(-1));
        assertFalse(uring.completor.next());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWakeupAfterCloseDoesNothing(Kind kind) {
    AtomicInteger sent = new AtomicInteger();
    UringSyscalls counting =
        new RecordingUring() {
          @Override
          public int sendMessage(long sqe) {
            sent.incrementAndGet();
            return super.sendMessage(sqe);
          }

          @Override
          public boolean eventfdWrite(int fd, long value) {
            sent.incrementAndGet();
            return super.eventfdWrite(fd, value);
          }
        };
    Uring uring = kind.open(counting);
    ok(uring.completor.enter(0));
    uring.close();
    uring.completor.wakeup();
    assertEquals(0, sent.get());
  }

  /** Otherwise its number could be somebody else's ring when the message is sent. */
  @Test
  void aRingThatIsClosedWhileMessagesAreSentIsLeftToTheLastSender() throws Exception {
    Semaphore sending = new Semaphore(0);
    Semaphore mayReturn = new Semaphore(0);
    RecordingUring calls =
        new RecordingUring() {
          @Override
          public int sendMessage(long sqe) {
            sending.release();
            mayReturn.acquireUninterruptibly();
            return super.sendMessage(sqe);
          }
        };
    Uring uring = Kind.MESSAGE.open(calls);
    int ring = calls.opened.getFirst();
    ok(uring.completor.enter(0));
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      Future<?> first = executor.submit(uring.completor::wakeup);
      sending.acquire();
      ok(uring.completor.enter(-1));
      Future<?> second = executor.submit(uring.completor::wakeup);
      sending.acquire();
      uring.close();
      assertFalse(calls.closed.contains(ring));
      mayReturn.release(2);
      first.get();
      second.get();
      assertEquals(1, calls.closed.stream().filter(fd -> fd == ring).count());
    }
  }
}
