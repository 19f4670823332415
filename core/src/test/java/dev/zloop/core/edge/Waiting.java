package dev.zloop.core.edge;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waiting for what other threads and the kernel bring about. */
final class Waiting {

  /** A safety net only: no test is right or wrong by how long something takes. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private Waiting() {}

  static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("it does not come true");
      }
      Thread.yield();
    }
  }

  static <T> T the(CompletableFuture<T> future) throws Exception {
    try {
      return future.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
