package dev.zloop.core;

import dev.zloop.core.loop.BlockedLog;
import java.time.Duration;

/**
 * Hears when a loop is blocked: when one of its turns has been at work for longer than {@link
 * ZLoop.Builder#blockedAfter} allows, because a callback blocks or computes.
 *
 * <p>Called on the thread of the watchdog, of which there is one for all loops of the JVM: while it
 * is in here, it watches none. What is thrown is logged.
 */
@FunctionalInterface
public interface BlockedHandler {

  /** The default: both go to the {@link System.Logger} {@code dev.zloop.core}, as warnings. */
  static BlockedHandler logging() {
    return BlockedLog.INSTANCE;
  }

  /** A loop is blocked; told once of each turn that is. */
  void onBlocked(BlockedLoop report);

  /**
   * The turn that was reported is over.
   *
   * @param report what {@link #onBlocked} was told
   * @param took how long the turn was at work, without the time in which the whole JVM stood still;
   *     to within the interval in which the watchdog looks, for when it began
   */
  default void onRecovered(BlockedLoop report, Duration took) {}
}
