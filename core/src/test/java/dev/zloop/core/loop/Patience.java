package dev.zloop.core.loop;

import java.util.concurrent.TimeUnit;

/**
 * Waits by spinning, since a thread that has to be woken comes too late for a race. The time it has
 * is a safety net only: no test is right or wrong by how long something takes.
 */
final class Patience {
  static final long SECONDS = 60;

  private final long begin = System.nanoTime();
  private int spins;

  /** Once more; fails, saying what it waited for, when that takes too long. */
  void spin(String what) {
    if (++spins % 100 != 0) {
      return; // no pause either: it takes longer than what races
    }
    if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(SECONDS)) {
      throw new AssertionError("waited for " + SECONDS + " s: " + what);
    }
    Thread.yield(); // to the others, where there are fewer processors than threads
  }
}
