package dev.zloop.core.loop;

import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;

/**
 * A kernel that is nothing but a wait: {@link #await} spins until {@link #wakeup}, until {@link
 * #giveUp} says that nobody will wake it any more, or until it has spun for {@link #patience}.
 */
final class FakePort implements IoPort {
  volatile boolean woken;
  volatile boolean gaveUp;

  /** For jcstress, which also lets each thread run alone. */
  int patience = Integer.MAX_VALUE;

  /** What a wakeup does besides. */
  Runnable onWakeup = () -> {};

  /** What the loop's thread found out; read by others once that thread is done. */
  boolean overslept;

  boolean closed;

  @Override
  public void await(long timeoutNanos) {
    if (timeoutNanos != 0) {
      for (int i = 0; i < patience && !woken && !overslept; i++) {
        overslept = gaveUp && !woken; // looked at once more: who wakes does so before giving up
      }
    }
    woken = false;
  }

  /** All that could wake the loop has been done. */
  void giveUp() {
    gaveUp = true;
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
    onWakeup.run();
    woken = true;
  }

  @Override
  public void close() {
    if (closed) {
      throw new AssertionError("closed twice");
    }
    closed = true;
  }

  /** A loop over this, whose clock stands at 0, to be turned by hand. */
  EventLoop loop(ZLoop.ErrorHandler errors) {
    return new EventLoop(
        new EventLoop.Parts(
            "loop", Backend.EPOLL, this, () -> 0, task -> null, Runnable::run, errors));
  }

  EventLoop loop() {
    return loop((loop, error) -> {
      throw new AssertionError(error);
    });
  }

  /** A port for the stress tests. */
  static FakePort impatient() {
    FakePort port = new FakePort();
    port.patience = 2_000;
    return port;
  }

  static void turn(EventLoop loop, boolean mayBlock) {
    loop.runOnce(ZLoop.NO_DEADLINE, mayBlock, 64);
  }
}
