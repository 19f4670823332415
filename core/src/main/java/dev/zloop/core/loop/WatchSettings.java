package dev.zloop.core.loop;

import dev.zloop.core.BlockedHandler;
import java.util.concurrent.TimeUnit;

/**
 * How a loop is watched.
 *
 * @param watchdog who watches; null for nobody
 * @param blockedNanos for how long a turn may be at work before it counts as blocked; 0 for any
 * @param slowNanos for how long a callback may run before it counts as slow; 0 for any
 * @param handler who hears of blocked turns
 */
public record WatchSettings(
    Watchdog watchdog, long blockedNanos, long slowNanos, BlockedHandler handler) {

  /** Nobody watches. */
  public static final WatchSettings NONE = new WatchSettings(null, 0, 0, BlockedHandler.logging());

  private static final long INTERVAL_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long INTERVAL_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  boolean watches() {
    return watchdog != null && (blockedNanos > 0 || slowNanos > 0);
  }

  /** How often to look. What is to be found is there for two looks. */
  long intervalNanos() {
    long shortest = INTERVAL_NANOS_MAX * 2;
    if (blockedNanos > 0) {
      shortest = Math.min(shortest, blockedNanos);
    }
    if (slowNanos > 0) {
      shortest = Math.min(shortest, slowNanos);
    }
    return Math.max(INTERVAL_NANOS_MIN, shortest / 2);
  }
}
