package dev.zloop.it.support;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Time as loops have it. What has not happened after many turns of every loop is hardly about to:
 * loopback delivers within the system call, or little later where the kernel is busy. A test that
 * looks too early sees less than there is; so it may only assert that something is not too much.
 */
public final class Turns {
  private static final int MANY = 50;

  private Turns() {}

  /** Lets every loop go round many times. */
  public static void many(ZLoopGroup group) {
    for (int i = 0; i < MANY; i++) {
      one(group);
    }
  }

  private static void one(ZLoopGroup group) {
    for (ZLoop loop : group.loops()) {
      Await.completion(CompletableFuture.runAsync(() -> {}, loop));
    }
  }

  /** Returns once a figure has stood still for many turns; what it is then. */
  public static long untilSteady(ZLoopGroup group, LongSupplier figure) {
    long[] last = {figure.getAsLong()};
    int[] steadyTurns = {0};
    Await.until(
        "a figure that stands still",
        () -> {
          one(group);
          long now = figure.getAsLong();
          steadyTurns[0] = now == last[0] ? steadyTurns[0] + 1 : 0;
          last[0] = now;
          return steadyTurns[0] == MANY;
        });
    return last[0];
  }
}
