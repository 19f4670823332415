package dev.zloop.core.transport;

import dev.zloop.core.loop.Clock;
import java.time.Duration;

/** A clock that stands until the test moves it: no timer fires by itself. */
public final class TestClock implements Clock {
  private long nowNanos = Long.MAX_VALUE - 1_000; // it will overflow, as nanoTime may

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  public void advance(Duration by) {
    nowNanos += by.toNanos();
  }
}
