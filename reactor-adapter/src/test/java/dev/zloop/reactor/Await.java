package dev.zloop.reactor;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Waiting, in threads that may. The limit is a safety net: nothing is right or wrong by it. */
final class Await {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private Await() {}

  static void down(CountDownLatch latch) {
    try {
      if (!latch.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("nothing happened in " + PATIENCE);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("it did not come true in " + PATIENCE);
      }
      Thread.onSpinWait();
    }
  }

  static void completion(Mono<?> mono) {
    mono.block(PATIENCE);
  }

  /** Returns when what the worker was given before has been run. */
  static void idle(Scheduler.Worker worker) {
    CountDownLatch last = new CountDownLatch(1);
    worker.schedule(last::countDown);
    down(last);
  }
}
