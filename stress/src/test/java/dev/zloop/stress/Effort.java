package dev.zloop.stress;

import java.time.Duration;

/**
 * How hard to look: {@code short}, which a build can afford, or {@code long}, by {@code
 * -Dzloop.stress=long}.
 */
public final class Effort {
  private static final boolean LONG = "long".equals(System.getProperty("zloop.stress"));

  private Effort() {}

  public static boolean isLong() {
    return LONG;
  }

  /** How many schedules of one scenario the model checker tries. */
  public static int invocations() {
    return LONG ? 50_000 : 150;
  }

  /** How many scenarios it makes up. */
  public static int scenarios() {
    return LONG ? 300 : 5;
  }

  /** How long a race is repeated. */
  public static Duration race() {
    return LONG ? Duration.ofMinutes(1) : Duration.ofSeconds(1);
  }
}
