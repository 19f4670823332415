package dev.zloop.core;

import dev.zloop.core.loop.WatchSettings;
import dev.zloop.core.loop.Watchdog;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What a builder collects for the watchdog; for what nobody set, the system properties count. */
final class Watching {
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  static final NumberProperty BLOCKED_MILLIS =
      new NumberProperty("zloop.blockedMillis", 0, DAY_MILLIS, 2_000);

  static final NumberProperty SLOW_MILLIS =
      new NumberProperty("zloop.slowMillis", 0, DAY_MILLIS, 100);

  private static final long NOT_SET = -1;

  private long blockedMillis = NOT_SET;
  private long slowMillis = NOT_SET;
  private BlockedHandler handler = BlockedHandler.logging();

  void blockedAfter(Duration time) {
    blockedMillis = BLOCKED_MILLIS.require("blockedAfter in ms", millis(time));
  }

  void slowAfter(Duration time) {
    slowMillis = SLOW_MILLIS.require("slowAfter in ms", millis(time));
  }

  void handler(BlockedHandler blockedHandler) {
    handler = blockedHandler;
  }

  /**
   * @throws IllegalArgumentException if a property is no number, or out of its range
   */
  WatchSettings settings() {
    return new WatchSettings(
        Watchdog.SHARED,
        nanos(blockedMillis, BLOCKED_MILLIS),
        nanos(slowMillis, SLOW_MILLIS),
        handler);
  }

  private static long nanos(long setMillis, NumberProperty property) {
    return TimeUnit.MILLISECONDS.toNanos(setMillis != NOT_SET ? setMillis : property.get());
  }

  /** Rounded up, so that little does not become nothing, which means never. */
  private static long millis(Duration time) {
    if (time.compareTo(Duration.ofMillis(DAY_MILLIS)) > 0) {
      return DAY_MILLIS + 1;
    }
    return time.isNegative() ? -1 : time.plusNanos(999_999).toMillis();
  }
}
