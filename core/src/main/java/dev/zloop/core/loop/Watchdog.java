package dev.zloop.core.loop;

import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Looks at loops from time to time, and finds those that do not come round. It knows no thread:
 * {@link #tick} looks once.
 *
 * <p>It also finds out when the whole JVM stood still, for the garbage collector, or because its
 * machine or process was suspended: then it could not look in time itself. That time is nobody's.
 */
public final class Watchdog {

  /** For all loops of the JVM, on a thread of its own as long as there are any. */
  public static final Watchdog SHARED = new Watchdog(Clock.SYSTEM, WatchdogThread::wake);

  /** Later than this it is not by chance. */
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Clock clock;
  private final Runnable onAdded;
  private final Queue<LoopWatch> loops = new ConcurrentLinkedQueue<>();

  // The rest belongs to the thread that looks.

  private boolean expected;
  private long expectedNanos;

  /**
   * Makes one.
   *
   * @param onAdded called, on a loop's thread, when there is one more to look at
   */
  Watchdog(Clock clock, Runnable onAdded) {
    this.clock = clock;
    this.onAdded = onAdded;
  }

  /** Looks at a loop from now on until it has ended. From any thread; never waits. */
  void add(LoopWatch loop) {
    loops.add(loop);
    try {
      onAdded.run();
    } catch (Throwable error) { // it goes as well without
      loops.remove(loop);
      LoopLog.error("loop " + loop.loopName() + " is not watched", error);
    }
  }

  /** Whether there is nothing to look at. From any thread. */
  boolean isIdle() {
    return loops.isEmpty();
  }

  /**
   * Looks at every loop, once.
   *
   * @return in how many nanoseconds to look again; -1 if there is nothing to look at
   */
  long tick() {
    long nowNanos = clock.nanoTime();
    long lateNanos = expected ? nowNanos - expectedNanos : 0;
    long stoodStillNanos = lateNanos > LATE_NANOS ? lateNanos : 0;
    long intervalNanos = -1;
    for (Iterator<LoopWatch> each = loops.iterator(); each.hasNext(); ) {
      LoopWatch loop = each.next();
      if (!tick(loop, stoodStillNanos)) {
        each.remove();
      } else if (intervalNanos < 0 || loop.intervalNanos() < intervalNanos) {
        intervalNanos = loop.intervalNanos();
      }
    }
    expected = intervalNanos >= 0;
    expectedNanos = clock.nanoTime() + intervalNanos; // handlers may have taken their time
    return intervalNanos;
  }

  private boolean tick(LoopWatch loop, long stoodStillNanos) {
    try {
      return loop.tick(clock, stoodStillNanos);
    } catch (Throwable error) {
      LoopLog.error("watching loop " + loop.loopName() + " failed", error);
      return true;
    }
  }
}
