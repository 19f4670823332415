package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.LoopThread;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Scheduler;

class ZLoopThreadsTest {

  @Test
  void threadsAreReactorsNettysAndDaemons() {
    Thread thread = ZLoopThreads.factory().newThread(() -> {});
    assertInstanceOf(NonBlocking.class, thread);
    assertInstanceOf(FastThreadLocalThread.class, thread);
    assertTrue(thread.isDaemon());
  }

  @Test
  void theLoopNamesItsThread() {
    ZLoop loop =
        ZLoop.builder().name("named").threadFactory(ZLoopThreads.factory()).build().start();
    Scheduler scheduler = Schedulers.fromZLoop(loop);
    assertEquals(
        "named",
        Mono.fromSupplier(() -> Thread.currentThread().getName())
            .subscribeOn(scheduler)
            .block(Await.PATIENCE));
    loop.close();
  }

  @Test
  void nettysThreadLocalsAreRemovedWhenTheLoopEnds() {
    CountDownLatch removed = new CountDownLatch(1);
    FastThreadLocal<String> local =
        new FastThreadLocal<>() {
          @Override
          protected void onRemoval(String value) {
            removed.countDown();
          }
        };
    ZLoop loop = ZLoop.builder().threadFactory(ZLoopThreads.factory()).build().start();
    loop.execute(() -> local.set("set"));
    loop.close();
    Await.down(removed);
  }

  @Test
  void theCoresThreadsAreDeclaredAgainAfterAReset() {
    Thread ofTheCore = LoopThread.FACTORY.newThread(() -> {});
    Schedulers.resetNonBlockingThreadPredicate();
    assertFalse(Schedulers.isNonBlockingThread(ofTheCore));
    ZLoopThreads.declareNonBlocking();
    assertTrue(Schedulers.isNonBlockingThread(ofTheCore));
    assertFalse(Schedulers.isNonBlockingThread(Thread.currentThread()));
  }
}
