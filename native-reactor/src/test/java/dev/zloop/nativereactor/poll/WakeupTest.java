package dev.zloop.nativereactor.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.sys.Descriptors;
import dev.zloop.nativereactor.sys.EpollConstants;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Wakeups by an eventfd, beyond what the contract of every poller says of them. */
class WakeupTest {
  @Test
  void severalWakeupsEndOnePollAndNoMore() {
    AtomicInteger events = new AtomicInteger();
    RecordingEpoll epoll =
        new RecordingEpoll() {
          @Override
          public int epollWait(int epfd, long at, int maxEvents, int timeoutMillis) {
            return events.addAndGet(super.epollWait(epfd, at, maxEvents, timeoutMillis));
          }
        };
    try (EpollPoller poller = EpollPoller.open(8, epoll)) {
      IntStream.range(0, 10).forEach(i -> poller.wakeup());
      assertEquals(0, poller.poll(0));
      assertEquals(1, events.get());
      assertEquals(0, poller.poll(0));
      assertEquals(1, events.get());
    }
  }

  @Test
  void everyWakeupIsAnEdgeThoughNobodyReadsTheEventfd() {
    RecordingEpoll epoll =
        new RecordingEpoll() {
          @Override
          public int epollWait(int epfd, long at, int maxEvents, int timeoutMillis) {
            return real.epollWait(epfd, at, maxEvents, timeoutMillis);
          }
        };
    try (EpollPoller poller = EpollPoller.open(8, epoll)) {
      for (int wakeup = 1; wakeup <= 1000; wakeup++) {
        poller.wakeup();
        assertEquals(0, poller.poll(-1));
      }
      assertEquals("3e8", Descriptors.eventfdCount(epoll.opened.get(1)));
    }
  }

  @Test
  void aWakeupAfterCloseWritesIntoNobodysDescriptor() {
    RecordingEpoll epoll = new RecordingEpoll();
    EpollPoller poller = EpollPoller.open(8, epoll);
    int wakersFd = epoll.opened.get(1);
    poller.close();

    // Whoever opens next gets the lowest number that is free, so soon enough this one.
    RecordingEpoll others = new RecordingEpoll();
    int reused;
    do {
      reused = others.eventfd(0, EpollConstants.EFD_CLOEXEC | EpollConstants.EFD_NONBLOCK);
      assumeTrue(others.opened.size() < 100, "somebody else has the number now");
    } while (reused != wakersFd);
    poller.wakeup();
    assertEquals("0", Descriptors.eventfdCount(reused));
    others.opened.forEach(others::close);
  }
}
