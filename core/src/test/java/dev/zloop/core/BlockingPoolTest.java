package dev.zloop.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What loops have for blocking work when they are given nothing else. */
class BlockingPoolTest {
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();

  private void block() {
    ran.add(Thread.currentThread());
    try {
      mayEnd.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Thread next() throws InterruptedException {
    Thread thread = ran.poll(60, TimeUnit.SECONDS);
    return thread != null ? thread : new Thread("none within a minute");
  }

  @Test
  void itsThreadsAreNumberedAndKeepNoJvmAlive() throws Exception {
    BlockingPool pool = new BlockingPool(1, 1);
    pool.execute(this::block);
    Thread thread = next();
    mayEnd.countDown();
    assertEquals("zloop-blocking-1", thread.getName());
    assertTrue(thread.isDaemon());
  }

  @Test
  void whatItHasNoThreadAndNoPlaceForIsRefusedAndTheRestIsDone() throws Exception {
    BlockingPool pool = new BlockingPool(2, 3);
    for (int task = 0; task < 5; task++) {
      pool.execute(this::block);
    }
    var refused = assertThrows(RejectedExecutionException.class, () -> pool.execute(this::block));
    assertEquals(
        "all 2 threads for blocking work (zloop-blocking-N) are busy and 3 tasks wait for them;"
            + " find out what keeps them, raise zloop.blocking.threads or zloop.blocking.queue,"
            + " or build loops with an executor of their own",
        refused.getMessage());
    mayEnd.countDown();
    for (int task = 0; task < 5; task++) {
      assertTrue(next().getName().startsWith("zloop-blocking-"));
    }
  }

  @Test
  void loopsThatWereGivenNoneShareIt() {
    try (ZLoop one = ZLoop.builder().build();
        ZLoop another = ZLoop.builder().build()) {
      assertSame(one.executor(), another.executor());
    }
  }
}
