package dev.zloop.core.loop;

import java.util.concurrent.TimeUnit;

/**
 * A kernel whose waits end within nanoseconds of the wakeup, so that a test can try the moments at
 * which a loop falls asleep by the million. A wakeup that never comes is a failure.
 */
final class SpinningIo implements IoPort {
  private volatile boolean woken;

  @Override
  public void await(long timeoutNanos) {
    assert timeoutNanos <= 0;
    long begin = System.nanoTime();
    for (long spins = 1; timeoutNanos < 0 && !woken; spins++) {
      Thread.onSpinWait();
      if (spins % 1_000 == 0) {
        Thread.yield();
        if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(Elsewhere.PATIENCE_SECONDS)) {
          throw new AssertionError("the loop sleeps for ever: a wakeup was lost");
        }
      }
    }
    woken = false;
  }

  @Override
  public int dispatch() {
    return 0;
  }

  @Override
  public boolean hasBacklog() {
    return false;
  }

  @Override
  public void wakeup() {
    woken = true;
  }

  @Override
  public void close() {}
}
