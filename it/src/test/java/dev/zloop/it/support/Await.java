package dev.zloop.it.support;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Mono;

/** Waiting, in threads that may. The limit is a safety net: nothing is right or wrong by it. */
public final class Await {
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How long to let others work before looking again. */
  private static final long PAUSE_NANOS = 200_000;

  private Await() {}

  public static void until(String what, BooleanSupplier condition) {
    if (!comesTrue(condition)) {
      throw new AssertionError("not within " + PATIENCE + ": " + what);
    }
  }

  /** Whether a condition comes true before patience ends. */
  public static boolean comesTrue(BooleanSupplier condition) {
    return comesTrue(condition, PATIENCE);
  }

  /** Whether a condition comes true within a time. */
  public static boolean comesTrue(BooleanSupplier condition, Duration patience) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > patience.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Thread.interrupted()) {
        throw new AssertionError("interrupted while waiting");
      }
    }
    return true;
  }

  /** The value of a mono, or null if it is empty; throws what it fails with. */
  public static <T> T completion(Mono<T> mono) {
    return mono.block(PATIENCE);
  }

  /** The value of a stage; throws what it fails with, within an error. */
  public static <T> T completion(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("it failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
