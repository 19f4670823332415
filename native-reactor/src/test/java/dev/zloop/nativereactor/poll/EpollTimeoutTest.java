package dev.zloop.nativereactor.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a poll waits: never less than it was told to, and what it tells the kernel. */
class EpollTimeoutTest {
  /** A kernel or a sandbox without epoll_pwait2. */
  private static final class OldEpoll extends RecordingEpoll {
    private final int errno;
    private int attempts;

    OldEpoll(int errno) {
      this.errno = errno;
    }

    @Override
    public int epollPwait2(int epfd, long events, int maxEvents, long timeout) {
      attempts++;
      return -errno;
    }
  }

  /** The real wait, which a signal may cut short: an end of a ring on the same thread is one. */
  private static final class InterruptibleEpoll extends RecordingEpoll {
    private boolean interrupted;

    @Override
    public int epollPwait2(int epfd, long events, int maxEvents, long timeout) {
      int result = real.epollPwait2(epfd, events, maxEvents, timeout);
      interrupted = result == -Errno.EINTR;
      return result;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 50_000, 999_999, 1_000_000, 2_500_000})
  void aPollWithNothingToTellDoesNotReturnBeforeItsTimeout(long timeoutNanos) {
    InterruptibleEpoll epoll = new InterruptibleEpoll();
    try (EpollPoller poller = EpollPoller.open(1, epoll)) {
      for (int repetition = 0; repetition < 5; repetition++) {
        long start = System.nanoTime();
        assertEquals(0, poller.poll(timeoutNanos));
        long waited = System.nanoTime() - start;
        assertTrue(waited >= timeoutNanos || epoll.interrupted, () -> waited + " ns");
      }
    }
  }

  @Test
  void theKernelIsToldNanoseconds() {
    RecordingEpoll epoll = new RecordingEpoll();
    List<Long> timeouts = List.of(1L, 999_999_999L, 1_000_000_000L, 1_000_000_001L, Long.MAX_VALUE);
    try (EpollPoller poller = EpollPoller.open(1, epoll)) {
      timeouts.forEach(poller::poll);
    }
    assertEquals(timeouts, epoll.timeoutsNanos);
    assertEquals(List.of(), epoll.timeoutsMillis);
  }

  @Test
  void theKernelTakesTheLongestTimeoutThereIs() {
    try (EpollPoller poller = EpollPoller.open(1)) {
      poller.wakeup();
      assertEquals(0, poller.poll(Long.MAX_VALUE));
    }
  }

  @Test
  void notAtAllAndForEverNeedNoTimespec() {
    RecordingEpoll epoll = new RecordingEpoll();
    try (EpollPoller poller = EpollPoller.open(1, epoll)) {
      poller.poll(0);
      poller.poll(-1);
      poller.poll(Long.MIN_VALUE);
    }
    assertEquals(List.of(0, -1, -1), epoll.timeoutsMillis);
    assertEquals(List.of(), epoll.timeoutsNanos);
  }

  @Test
  void anOldKernelIsToldMillisecondsRoundedUp() {
    assertRoundsUp(new OldEpoll(Errno.ENOSYS));
  }

  @Test
  void aSandboxThatForbidsNanosecondsIsToldMillisecondsRoundedUp() {
    assertRoundsUp(new OldEpoll(Errno.EPERM));
  }

  private static void assertRoundsUp(OldEpoll epoll) {
    try (EpollPoller poller = EpollPoller.open(1, epoll)) {
      for (long nanos : new long[] {1, 999_999, 1_000_000, 1_000_001, 300_000_000}) {
        assertEquals(0, poller.poll(nanos));
      }
      assertEquals(0, poller.poll(Long.MAX_VALUE));
    }
    assertEquals(List.of(1, 1, 1, 2, 300, Integer.MAX_VALUE), epoll.timeoutsMillis);
    assertEquals(1, epoll.attempts);
  }

  @Test
  void aSignalIsNoError() {
    RecordingEpoll interrupted =
        new RecordingEpoll() {
          @Override
          public int epollWait(int epfd, long events, int maxEvents, int timeoutMillis) {
            return -Errno.EINTR;
          }
        };
    try (EpollPoller poller = EpollPoller.open(1, interrupted)) {
      assertEquals(0, poller.poll(-1));
    }
  }

  @Test
  void anyOtherErrorIsReturnedAndKeepsNanoseconds() {
    RecordingEpoll broken =
        new RecordingEpoll() {
          @Override
          public int epollPwait2(int epfd, long events, int maxEvents, long timeout) {
            return -Errno.EFAULT;
          }
        };
    try (EpollPoller poller = EpollPoller.open(1, broken)) {
      assertEquals(-Errno.EFAULT, poller.poll(1));
      assertEquals(-Errno.EFAULT, poller.poll(1));
    }
    assertEquals(List.of(), broken.timeoutsMillis);
  }
}
