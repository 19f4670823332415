package dev.zloop.core.loop;

import static dev.zloop.core.ZLoop.NO_DEADLINE;

import dev.zloop.core.BlockedHandler;
import dev.zloop.core.BlockedLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A loop that the test's own thread turns, under a watchdog that looks when the test says so: both
 * by the one clock of {@link FakeIo}, which only the test moves on.
 */
final class WatchedLoop implements BlockedHandler {
  static final long BLOCKED_MILLIS = 1_000;
  static final long SLOW_MILLIS = 100;

  /** How often the watchdog looks. */
  static final long INTERVAL_MILLIS = 50;

  final FakeIo io = new FakeIo();
  final List<BlockedLoop> blocked = new ArrayList<>();
  final List<Duration> recovered = new ArrayList<>();
  final Watchdog watchdog;
  final WatchSettings settings;
  final EventLoop loop;

  /** What tasks threw: their assertions, too. */
  private final List<Throwable> failures = new ArrayList<>();

  /** Runs when the handler is told that the loop is blocked. */
  Runnable onBlocked = () -> {};

  WatchedLoop() {
    this(BLOCKED_MILLIS, SLOW_MILLIS);
  }

  WatchedLoop(long blockedMillis, long slowMillis) {
    watchdog = new Watchdog(io, () -> {});
    settings =
        new WatchSettings(
            watchdog,
            TimeUnit.MILLISECONDS.toNanos(blockedMillis),
            TimeUnit.MILLISECONDS.toNanos(slowMillis),
            this);
    loop = Loops.watched(io, io, (failed, error) -> failures.add(error), settings);
  }

  /** How often this loop wants to be looked at. */
  long watchdogIntervalMillis() {
    turn();
    CurrentLoop.clear(loop);
    return TimeUnit.NANOSECONDS.toMillis(watchdog.tick());
  }

  /** A turn, which may not wait, that runs a task. */
  void turn(Runnable task) {
    loop.execute(task);
    turn();
  }

  void turn() {
    loop.runOnce(NO_DEADLINE, false, Integer.MAX_VALUE);
    if (!failures.isEmpty()) {
      throw new AssertionError("a task failed", failures.getFirst());
    }
  }

  /** Time goes by, in which the watchdog looks as often as it should. */
  void pass(long millis) {
    for (long left = millis; left > 0; left -= INTERVAL_MILLIS) {
      skip(Math.min(left, INTERVAL_MILLIS));
      watchdog.tick();
    }
  }

  /** Time goes by, and nobody looks. */
  void skip(long millis) {
    io.nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Override
  public void onBlocked(BlockedLoop report) {
    blocked.add(report);
    onBlocked.run();
  }

  @Override
  public void onRecovered(BlockedLoop report, Duration took) {
    if (report != blocked.getLast()) {
      throw new AssertionError("recovered from what was not the last: " + report);
    }
    recovered.add(took);
  }
}
