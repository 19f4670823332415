package dev.zloop.core.loop;

import java.util.Random;

/** Random tests: each prints its seed, and {@code -Dzloop.seed=} replays it. */
final class Seed {
  private Seed() {}

  static Random random(String test) {
    long seed = Long.getLong("zloop.seed", System.nanoTime());
    System.out.println(test + ": -Dzloop.seed=" + seed);
    return new Random(seed);
  }
}
