package dev.zloop.core.loop;

import dev.zloop.core.BlockedLoop;
import dev.zloop.core.LoopHealth;
import dev.zloop.core.LoopHealth.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One loop under the eyes of the watchdog: what was seen of it at the last look, and what was found
 * so far. {@link #tick} is the watchdog's; {@link #begin} the loop's; {@link #health} anybody's.
 */
final class LoopWatch {

  /**
   * What others may know. Nanoseconds; {@code sinceNanos} is moved on by what does not count.
   *
   * @param blockedTurn the turn that is blocked as long as it lasts, or one that never is
   */
  private record Findings(
      long blockedTurn,
      long sinceNanos,
      long episodes,
      long longestBlocked,
      long slowCallbacks,
      long longestCallback) {}

  private static final long NO_TURN = -1;

  private final EventLoop loop;
  private final Progress progress;
  private final WatchSettings settings;

  /** The loop's own. */
  private boolean begun;

  /** Written by the watchdog, read by all. */
  private volatile Findings findings = new Findings(NO_TURN, 0, 0, 0, 0, 0);

  // The rest is the watchdog's.

  private final Sighting turn = new Sighting();
  private final Sighting callback = new Sighting();
  private long firstCallback;
  private boolean callbackIsSlow;

  /** Whether the turn at hand is blocked. */
  private boolean blocked;

  /** What was told of it; null as long as nothing was. */
  private BlockedLoop report;

  private long episodes;
  private long longestBlocked;
  private long slowCallbacks;
  private long longestCallback;

  LoopWatch(EventLoop loop, Progress progress, WatchSettings settings) {
    this.loop = loop;
    this.progress = progress;
    this.settings = settings;
  }

  /** The loop is about to turn. */
  void begin() {
    if (!begun) {
      begun = true;
      if (settings.watches()) {
        settings.watchdog().add(this);
      }
    }
  }

  String loopName() {
    return loop.name();
  }

  long intervalNanos() {
    return settings.intervalNanos();
  }

  /**
   * Looks once.
   *
   * @param clock the watchdog's, looked at after the loop was: what begins later is not older
   * @param stoodStillNanos how much of the time since the last look the whole JVM stood still
   * @return whether there will be more to see
   */
  boolean tick(Clock clock, long stoodStillNanos) {
    boolean ended = loop.hasEnded(); // looked at first: after its end it has no turn
    long number = progress.turn();
    long step = progress.step();
    long nowNanos = clock.nanoTime();
    if (!turn.isOf(number)) {
      Runnable recovery = endTurn(nowNanos, stoodStillNanos);
      turn.begin(number, nowNanos);
      firstCallback = step;
      beginCallback(step, nowNanos);
      recovery.run();
    } else if (Progress.isBusy(number)) {
      turn.stoodStill(stoodStillNanos);
      watchCallback(step, nowNanos, stoodStillNanos);
      watchTurn(nowNanos);
    }
    return !ended || Progress.isBusy(number);
  }

  // ---- turns

  private void watchTurn(long nowNanos) {
    long atWork = turn.nanosUntil(nowNanos);
    if (blocked) {
      publish();
    } else if (settings.blockedNanos() > 0 && atWork >= settings.blockedNanos()) {
      blocked = true;
      episodes++;
      longestBlocked = Math.max(longestBlocked, atWork);
      progress.askForEndOf(turn.number);
      publish();
      BlockedLoop found = look(Duration.ofNanos(atWork));
      report = found;
      tell(() -> settings.handler().onBlocked(found));
      LoopBlockedEvent.emit(found);
    }
  }

  private BlockedLoop look(Duration blocked) {
    Object running = progress.running();
    Thread thread = loop.thread();
    List<StackTraceElement> stack = List.of(thread.getStackTrace());
    long step = progress.step();
    String name = running == null ? "" : TaskName.of(running);
    Optional<Throwable> origin = TaskOrigin.of(running);
    if (progress.turn() != turn.number) { // it is over: what was seen may be the next one's
      stack = List.of();
      step = firstCallback;
      name = "";
      origin = Optional.empty();
    }
    return new BlockedLoop(
        loop,
        thread,
        thread.getState(),
        stack,
        name,
        step - firstCallback,
        origin,
        blocked,
        Duration.ofNanos(turn.stoodStillNanos));
  }

  /** Returns what is to be told, once all has been seen: whoever is told may take his time. */
  private Runnable endTurn(long nowNanos, long stoodStillNanos) {
    if (!blocked) {
      return () -> {};
    }
    long ended = progress.endOf(turn.number, nowNanos);
    // What the loop did while the watchdog should have looked and could not does not count either.
    long began = nowNanos - stoodStillNanos;
    turn.stoodStill(Math.clamp(ended - began, 0, stoodStillNanos));
    long took = turn.nanosUntil(ended);
    longestBlocked = Math.max(longestBlocked, took);
    BlockedLoop over = report;
    blocked = false;
    report = null;
    publish();
    return () -> {
      if (over != null) { // else telling of it failed
        tell(() -> settings.handler().onRecovered(over, Duration.ofNanos(took)));
        LoopRecoveredEvent.emit(over, took);
      }
    };
  }

  private void tell(Runnable event) {
    try {
      event.run();
    } catch (Throwable error) {
      LoopLog.error("the blocked handler of loop " + loop.name() + " failed", error);
    }
  }

  // ---- callbacks

  private void watchCallback(long number, long nowNanos, long stoodStillNanos) {
    if (!callback.isOf(number)) {
      beginCallback(number, nowNanos);
      return;
    }
    callback.stoodStill(stoodStillNanos);
    long ran = callback.nanosUntil(nowNanos);
    if (settings.slowNanos() == 0 || ran < settings.slowNanos()) {
      return;
    }
    longestCallback = Math.max(longestCallback, ran);
    if (!callbackIsSlow) {
      callbackIsSlow = true;
      slowCallbacks++;
      LoopLog.debug(() -> slow(ran, progress.running()));
    }
    publish();
  }

  private void beginCallback(long number, long nowNanos) {
    callback.begin(number, nowNanos);
    callbackIsSlow = false;
  }

  private String slow(long ranNanos, Object running) {
    String who = running == null ? "a callback" : TaskName.of(running);
    return "on loop " + loop.name() + ", " + who + " runs for " + ranNanos / 1_000_000 + " ms";
  }

  // ---- what is known

  private void publish() {
    findings =
        new Findings(
            blocked ? turn.number : NO_TURN,
            turn.sinceNanos + turn.stoodStillNanos,
            episodes,
            longestBlocked,
            slowCallbacks,
            longestCallback);
  }

  /** From any thread. */
  LoopHealth health() {
    Findings found = findings;
    boolean isBlocked = found.blockedTurn == progress.turn(); // which may have ended unseen
    long atWork = isBlocked ? Math.max(0, loop.nanoTime() - found.sinceNanos) : 0;
    return new LoopHealth(
        loop.name(),
        status(isBlocked),
        Duration.ofNanos(atWork),
        found.episodes,
        Duration.ofNanos(Math.max(found.longestBlocked, atWork)),
        found.slowCallbacks,
        Duration.ofNanos(found.longestCallback),
        loop.pendingTasks(),
        loop.connections());
  }

  private Status status(boolean isBlocked) {
    if (isBlocked) {
      return Status.BLOCKED;
    } else if (loop.hasEnded()) {
      return Status.CLOSED;
    } else if (loop.isClosed()) {
      return Status.CLOSING;
    }
    return loop.isDriven() ? Status.UP : Status.NOT_STARTED;
  }

  /** Something that has a number, and since when it has been seen. */
  private static final class Sighting {
    private long number = -1;
    private long sinceNanos;
    private long stoodStillNanos;

    boolean isOf(long seen) {
      return number == seen;
    }

    void begin(long seen, long nowNanos) {
      number = seen;
      sinceNanos = nowNanos;
      stoodStillNanos = 0;
    }

    void stoodStill(long nanos) {
      stoodStillNanos += nanos;
    }

    long nanosUntil(long nowNanos) {
      return nowNanos - sinceNanos - stoodStillNanos;
    }
  }
}
