package dev.zloop.core.loop;

/**
 * A kernel whose waits end within nanoseconds of the wakeup, so that a test can try the moments at
 * which a loop falls asleep by the million. A wakeup that never comes is a failure.
 */
final class SpinningIo implements IoPort {
  private volatile boolean woken;

  @Override
  public void await(long timeoutNanos) {
    for (var patience = new Patience(); timeoutNanos < 0 && !woken; ) {
      patience.spin("the loop sleeps, and a wakeup was lost");
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
