package dev.zloop.nativereactor.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The gate: no write after the descriptor is closed, and it is closed exactly once. */
class EventfdWakerTest {
  private static final int FD = 4711;

  /** Calls without a kernel, which check what they are asked to do. */
  private static class CheckedEventfd extends RecordingEpoll {
    final AtomicInteger writes = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final AtomicBoolean wroteAfterClose = new AtomicBoolean();

    @Override
    public boolean eventfdWrite(int fd, long value) {
      writes.incrementAndGet();
      if (closes.get() > 0) {
        wroteAfterClose.set(true);
      }
      return true;
    }

    @Override
    public boolean close(int fd) {
      assertEquals(FD, fd);
      closes.incrementAndGet();
      return true;
    }
  }

  @Test
  void closingWithNobodyInsideClosesTheDescriptorOnce() {
    CheckedEventfd eventfd = new CheckedEventfd();
    EventfdWaker waker = new EventfdWaker(eventfd, FD);
    waker.wakeup();
    waker.close();
    waker.close();
    waker.wakeup();
    assertEquals(1, eventfd.writes.get());
    assertEquals(1, eventfd.closes.get());
  }

  @Test
  void closingWhileTwoWriteLeavesTheDescriptorToTheLastOfThem() throws Exception {
    Semaphore writing = new Semaphore(0);
    Semaphore mayReturn = new Semaphore(0);
    CheckedEventfd eventfd =
        new CheckedEventfd() {
          @Override
          public boolean eventfdWrite(int fd, long value) {
            writing.release();
            mayReturn.acquireUninterruptibly();
            return super.eventfdWrite(fd, value);
          }
        };
    EventfdWaker waker = new EventfdWaker(eventfd, FD);
    Semaphore returned = new Semaphore(0);
    Runnable wakes =
        () -> {
          waker.wakeup();
          returned.release();
        };
    Thread.ofPlatform().start(wakes);
    Thread.ofPlatform().start(wakes);
    writing.acquire(2);

    waker.close();
    waker.close();
    waker.wakeup();
    assertEquals(0, eventfd.closes.get());
    mayReturn.release();
    returned.acquire();
    assertEquals(0, eventfd.closes.get());
    mayReturn.release();
    returned.acquire();
    assertEquals(1, eventfd.closes.get());
    assertEquals(2, eventfd.writes.get());
    assertFalse(eventfd.wroteAfterClose.get());
  }

  @Test
  void howeverManyWakeAndCloseAtOnceNobodyWritesIntoAClosedDescriptor() {
    int threads = 4;
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int repetition = 0; repetition < 2000; repetition++) {
        CheckedEventfd eventfd = new CheckedEventfd();
        EventfdWaker waker = new EventfdWaker(eventfd, FD);
        Phaser phaser = new Phaser(threads + 1);
        for (int thread = 0; thread < threads; thread++) {
          boolean closes = thread % 2 == 0;
          executor.execute(() -> {
            phaser.arriveAndAwaitAdvance();
            for (int i = 0; i < 20; i++) {
              waker.wakeup();
            }
            if (closes) {
              waker.close();
            }
            waker.wakeup();
            phaser.arrive();
          });
        }
        phaser.arriveAndAwaitAdvance();
        phaser.arriveAndAwaitAdvance();
        assertEquals(1, eventfd.closes.get());
        assertFalse(eventfd.wroteAfterClose.get());
        assertTrue(eventfd.writes.get() > 0);
      }
    }
  }
}
