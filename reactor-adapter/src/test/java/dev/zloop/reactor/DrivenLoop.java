package dev.zloop.reactor;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.IoPort;
import dev.zloop.nativereactor.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A loop without a kernel, whose turns and whose clock are the test's. */
public final class DrivenLoop implements IoPort {

  /** What the loop would have waited when it has no timer. */
  static final long FOR_EVER = -1;

  final List<Throwable> errors = new ArrayList<>();

  public final EventLoop loop =
      new EventLoop(
          new EventLoop.Parts(
              "driven",
              Backend.EPOLL,
              this,
              () -> this.nowNanos,
              task -> {
                throw new AssertionError("driven, not started");
              },
              Runnable::run,
              (loop, error) -> errors.add(error)));

  private long nowNanos = Long.MAX_VALUE - 1_000_000; // soon to overflow, as the real one may
  private long timeoutNanos;

  /** Runs one turn. */
  public void turn() {
    loop.runOnce(ZLoop.NO_DEADLINE, true, Integer.MAX_VALUE);
  }

  /** Runs turns until the loop has nothing to do at this time. */
  void turns() {
    do {
      turn();
    } while (timeoutNanos == 0);
  }

  /** Lets time pass, and runs the turns that are then due. */
  void pass(Duration time) {
    passUnnoticed(time);
    turns();
  }

  public void passUnnoticed(Duration time) {
    nowNanos += time.toNanos();
  }

  /** How long the loop waits now: until its first timer, or {@link #FOR_EVER}. */
  long waits() {
    turns();
    return timeoutNanos;
  }

  public void closeLoop() {
    loop.close();
    while (!loop.onClosed().toCompletableFuture().isDone()) {
      turn();
    }
  }

  @Override
  public void await(long timeoutNanos) {
    this.timeoutNanos = timeoutNanos;
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
  public void wakeup() {}

  @Override
  public void close() {}
}
