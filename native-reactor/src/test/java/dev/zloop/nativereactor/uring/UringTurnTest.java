package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLIN;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLOUT;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLRDHUP;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_ENTER_NO_IOWAIT;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_FEAT_NO_IOWAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Sockets;
import dev.zloop.nativereactor.sys.UringParams;
import dev.zloop.nativereactor.uring.Uring.Completion;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One turn: what is given to the kernel, how long it waits, what is left for the next. */
@NeedsUring
class UringTurnTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 50_000, 999_999, 1_000_000, 2_500_000})
  void aTurnWithNothingToTellDoesNotEndBeforeItsTimeout(long timeoutNanos) {
    try (Uring uring = Uring.open()) {
      for (int repetition = 0; repetition < 5; repetition++) {
        long start = System.nanoTime();
        ok(uring.completor.enter(timeoutNanos));
        long waited = System.nanoTime() - start;
        assertTrue(waited >= timeoutNanos, () -> waited + " ns");
        assertFalse(uring.completor.next());
      }
    }
  }

  @Test
  void theKernelTakesTheLongestTimeoutThereIs() {
    try (Uring uring = Uring.open()) {
      uring.completor.wakeup();
      ok(uring.completor.enter(Long.MAX_VALUE));
      Sockets.Pair pair = uring.sockets.tcpPair();
      assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, 1));
      ok(uring.completor.enter(Long.MAX_VALUE));
      uring.await(1);
    }
  }

  @Test
  void aTurnThatMayNotWaitAndHasNothingToDoMakesNoSystemCall() {
    RecordingUring calls = new RecordingUring();
    try (Uring uring = Uring.open(Uring.OPTIONS, calls, UringProbe.features())) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      assertTrue(uring.completor.pollMultishot(pair.near(), EPOLLIN, 1));
      ok(uring.completor.enter(0));
      assertEquals(1, calls.enters);
      for (int turn = 0; turn < 10; turn++) {
        ok(uring.completor.enter(0));
      }
      assertEquals(1, calls.enters);
      ok(uring.sockets.send(pair.far(), "work"));
      ok(uring.completor.enter(0));
      assertEquals(2, calls.enters);
      assertEquals(EPOLLIN, uring.await(1).result());
      assertEquals(2, calls.enters);
    }
  }

  @Test
  void completionsMayBeLeftForLaterTurnsWhichDoNotWaitThen() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      for (long number = 0; number < 8; number++) {
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
      }
      for (long number = 0; number < 8; number++) {
        ok(uring.completor.enter(-1));
        assertTrue(uring.completor.hasCompletions());
        assertTrue(uring.completor.next());
        assertEquals(number, uring.completor.userData());
      }
      assertFalse(uring.completor.hasCompletions());
      assertFalse(uring.completor.next());
    }
  }

  @Test
  void moreThanTheQueueHoldsIsGivenToTheKernelAtOnce() {
    RecordingUring calls = new RecordingUring();
    try (Uring uring = Uring.open(Uring.OPTIONS, calls, UringProbe.features())) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      ok(uring.completor.enter(0));
      int before = calls.enters;
      List<Long> told = new ArrayList<>();
      for (long number = 0; number < 60; number++) {
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
      }
      assertEquals(before + 7, calls.enters);
      while (told.size() < 60) {
        told.add(uring.await().userData());
      }
      assertEquals(LongStream.range(0, 60).boxed().toList(), told);
    }
  }

  @Test
  void beforeTheFirstTurnNoMoreCanBeQueuedThanTheQueueHolds() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      for (long number = 0; number < 8; number++) {
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
      }
      assertFalse(uring.completor.poll(pair.near(), EPOLLOUT, 8));
      for (long number = 0; number < 8; number++) {
        uring.await(number);
      }
      assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, 8));
      uring.await(8);
    }
  }

  /** The queue holds eight, and the kernel keeps the rest. */
  @ParameterizedTest
  @ValueSource(longs = {-1, 0})
  void completionsThatTheQueueCannotHoldAreNeitherLostNorSpunFor(long timeoutNanos) {
    RecordingUring calls = new RecordingUring();
    try (Uring uring = Uring.open(new UringOptions(8, 8, 1), calls, UringProbe.features())) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      ok(uring.completor.enter(0));
      int operations = 200;
      for (long number = 0; number < operations; number++) {
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
      }
      int before = calls.enters;
      List<Long> told = new ArrayList<>();
      while (told.size() < operations) {
        ok(uring.completor.enter(timeoutNanos));
        int inQueue = 0;
        while (uring.completor.next()) {
          told.add(uring.completor.userData());
          inQueue++;
        }
        assertTrue(inQueue <= 8);
      }
      assertEquals(LongStream.range(0, operations).boxed().toList(), told);
      assertTrue(calls.enters - before <= operations / 8 + 2, calls.enters + " enters");
      before = calls.enters;
      ok(uring.completor.enter(0));
      assertEquals(before, calls.enters);
    }
  }

  @Test
  void multishotOperationsSurviveTheOverflow() {
    try (Uring uring = Uring.open(new UringOptions(8, 8, 1))) {
      List<Sockets.Pair> pairs = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        pairs.add(uring.sockets.tcpPair());
        assertTrue(uring.completor.pollMultishot(pairs.get(i).near(), EPOLLIN | EPOLLRDHUP, i));
        ok(uring.completor.enter(0));
      }
      for (int round = 0; round < 3; round++) {
        pairs.forEach(pair -> ok(uring.sockets.send(pair.far(), "x")));
        boolean[] told = new boolean[pairs.size()];
        for (int count = 0; count < pairs.size(); ) {
          Completion completion = uring.await();
          int index = (int) completion.userData();
          count += told[index] ? 0 : 1;
          told[index] = true;
          if (!completion.hasMore()) {
            int fd = pairs.get(index).near();
            assertTrue(uring.completor.pollMultishot(fd, EPOLLIN | EPOLLRDHUP, index));
          }
        }
      }
    }
  }

  @Test
  void aRingBelongsToTheThreadOfItsFirstTurn() throws Exception {
    try (Uring uring = Uring.open();
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      assertTrue(uring.completor.poll(uring.sockets.tcpPair().near(), EPOLLOUT, 1));
      uring.await(1);
      assertEquals(-Errno.EEXIST, executor.submit(() -> uring.completor.enter(1)).get());
    }
  }

  /** Nothing to do for half a second takes less than a tenth of it. */
  @Test
  void waitingTakesNoProcessorTime() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provideAll();
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, 64, 64, 1));
      ok(uring.completor.enter(1));
      long before = threads.getCurrentThreadCpuTime();
      ok(uring.completor.enter(500_000_000));
      long taken = threads.getCurrentThreadCpuTime() - before;
      assertTrue(taken < 50_000_000, taken + " ns");
    }
  }

  @Test
  void waitingIsNotCountedAsWaitingForADiskWhereTheKernelCanTell() {
    int[] features = new int[1];
    List<Integer> flagsSeen = new ArrayList<>();
    RecordingUring calls =
        new RecordingUring() {
          @Override
          public int setup(int entries, long params) {
            int result = super.setup(entries, params);
            features[0] = UringParams.features(params);
            return result;
          }

          @Override
          public int enter(
              int fd, int toSubmit, int minComplete, int flags, long argument, long size) {
            flagsSeen.add(flags & IORING_ENTER_NO_IOWAIT);
            return super.enter(fd, toSubmit, minComplete, flags, argument, size);
          }
        };
    try (Uring uring = Uring.open(Uring.OPTIONS, calls, UringProbe.features())) {
      ok(uring.completor.enter(1));
    }
    boolean canTell = (features[0] & IORING_FEAT_NO_IOWAIT) != 0;
    assertEquals(List.of(canTell ? IORING_ENTER_NO_IOWAIT : 0), flagsSeen);
  }
}
