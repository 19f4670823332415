package dev.zloop.core.edge;

import java.time.Duration;

/**
 * How long to wait after a failure: 10 ms, then twice as long each time, up to 1 s, until a
 * success. Failures less than 10 s apart are one episode, so that a log has one line for it, also
 * when successes lie between.
 */
final class BackOff {
  static final Duration FIRST = Duration.ofMillis(10);
  static final Duration MAX = Duration.ofSeconds(1);
  static final Duration QUIET_BETWEEN_EPISODES = Duration.ofSeconds(10);

  private Duration next = FIRST;
  private boolean failedBefore;
  private long lastFailureNanos;

  /** Takes note of a failure: how long to wait now. */
  Duration next() {
    Duration now = next;
    Duration doubled = now.multipliedBy(2);
    next = doubled.compareTo(MAX) < 0 ? doubled : MAX;
    return now;
  }

  /** Takes note of a success. */
  void reset() {
    next = FIRST;
  }

  /** Takes note of when a failure was: whether it is the first of an episode. */
  boolean beginsEpisode(long nowNanos) {
    boolean begins =
        !failedBefore || nowNanos - lastFailureNanos > QUIET_BETWEEN_EPISODES.toNanos();
    failedBefore = true;
    lastFailureNanos = nowNanos;
    return begins;
  }
}
