package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.poll.Poller.WRITABLE;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.sys.Descriptors;
import dev.zloop.nativereactor.sys.EpollConstants;
import dev.zloop.nativereactor.sys.Sockets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Wakeups as a loop sees them; a wakeup that is lost shows as a poll that never returns. */
class WakeupTest {
  @Test
  void aWakeupBeforeThePollEndsIt() {
    try (EpollPoller poller = EpollPoller.open(8)) {
      poller.wakeup();
      assertEquals(0, poller.poll(-1));
    }
  }

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
  void aWakeupIsNotAmongTheEventsWhereverItStands() {
    for (int before = 0; before <= 4; before++) {
      try (Sockets sockets = new Sockets();
          EpollPoller poller = EpollPoller.open(8)) {
        Set<Long> registered = new HashSet<>();
        for (long token = 0; token < 4; token++) {
          if (token == before) {
            poller.wakeup();
          }
          ok(poller.register(sockets.tcpPair().near(), WRITABLE, token));
          registered.add(token);
        }
        if (before == 4) {
          poller.wakeup();
        }
        assertEquals(4, poller.poll(-1));
        Set<Long> told = new HashSet<>();
        for (int index = 0; index < 4; index++) {
          told.add(poller.token(index));
          assertEquals(WRITABLE, poller.readiness(index));
        }
        assertEquals(registered, told);
      }
    }
  }

  @Test
  void aWakeupFromAnotherThreadEndsAPollThatWaits() throws Exception {
    try (EpollPoller poller = EpollPoller.open(8);
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      for (int repetition = 0; repetition < 1000; repetition++) {
        Future<?> waker = executor.submit(poller::wakeup);
        assertEquals(0, poller.poll(-1));
        waker.get();
      }
    }
  }

  /**
   * Each thread leaves a mark, wakes the loop and waits until the loop has taken the mark. The loop
   * takes marks and polls for ever: it stops moving if one wakeup is lost.
   */
  @Test
  void noWakeupOfManyThreadsIsLost() throws InterruptedException, ExecutionException {
    int threads = 4;
    int rounds = 5000;
    AtomicIntegerArray marks = new AtomicIntegerArray(threads);
    Semaphore[] taken = new Semaphore[threads];
    try (EpollPoller poller = EpollPoller.open(8);
        ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        int mine = thread;
        taken[mine] = new Semaphore(0);
        executor.submit(() -> {
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
