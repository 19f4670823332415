package dev.zloop.core;

import java.time.Duration;

/**
 * How a loop is, as far as others can see. It may have changed by the time one looks.
 *
 * <p>What is known of blocked turns and slow callbacks comes from the watchdog, some milliseconds
 * late; where the loop is not watched, there are none.
 *
 * @param name the loop's
 * @param status the one word for a health check
 * @param blocked for how long the loop has been blocked; zero unless it is
 * @param blockedEpisodes how many turns were blocked so far, the one that is included
 * @param longestBlocked the longest of them
 * @param slowCallbacks how many callbacks ran for longer than {@link ZLoop.Builder#slowAfter}
 * @param longestCallback the longest of them, to within the interval in which the watchdog looks
 * @param pendingTasks {@link ZLoop#pendingTasks}
 * @param connections {@link ZLoop#connections}
 */
public record LoopHealth(
    String name,
    Status status,
    Duration blocked,
    long blockedEpisodes,
    Duration longestBlocked,
    long slowCallbacks,
    Duration longestCallback,
    int pendingTasks,
    int connections) {

  /** From good to bad. */
  public enum Status {
    /** It is driven, and comes round. */
    UP,

    /** It has had no turn yet: nothing given to it happens. */
    NOT_STARTED,

    /** {@link ZLoop#close} was called; it ends what lives on it. */
    CLOSING,

    /** It has ended. */
    CLOSED,

    /** A turn has been at work for longer than {@link ZLoop.Builder#blockedAfter}. */
    BLOCKED
  }
}
