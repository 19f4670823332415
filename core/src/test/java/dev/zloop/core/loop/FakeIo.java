package dev.zloop.core.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A kernel in which nothing happens by itself, and its clock. A wait is over at once: the time
 * moves on by the timeout, unless the test says what happens meanwhile. What the loop asked for is
 * on record.
 */
final class FakeIo implements IoPort, Clock {
  private static final Runnable NOTHING = () -> {};

  /** The timeouts of all waits, in order. */
  final List<Long> timeouts = new ArrayList<>();

  final AtomicInteger wakeups = new AtomicInteger();

  /** Callbacks that the next {@link #dispatch} runs, as a poller runs those of its events. */
  final ArrayDeque<Runnable> events = new ArrayDeque<>();

  long nowNanos;
  int clockReadings;
  boolean backlog;
  boolean closed;
  int closeCalls;

  /** Runs when the loop asks for a backlog: it decides how long to wait, and is still awake. */
  Runnable beforeSleep = NOTHING;

  /** Runs when the loop closes the port. */
  Runnable onClose = NOTHING;

  private final ArrayDeque<Runnable> meanwhile = new ArrayDeque<>();

  /** What happens during the next wait, instead of the timeout. */
  void duringNextWait(Runnable event) {
    meanwhile.add(event);
  }

  long lastTimeout() {
    return timeouts.getLast();
  }

  @Override
  public void await(long timeoutNanos) {
    assert !closed;
    timeouts.add(timeoutNanos);
    if (timeoutNanos == 0) {
      return;
    }
    if (!meanwhile.isEmpty()) {
      meanwhile.poll().run();
    } else if (timeoutNanos > 0) {
      nowNanos += timeoutNanos;
    }
  }

  @Override
  public int dispatch() {
    assert !closed;
    int served = events.size();
    for (int left = served; left > 0; left--) {
      events.poll().run();
    }
    return served;
  }

  @Override
  public boolean hasBacklog() {
    beforeSleep.run();
    return backlog;
  }

  @Override
  public void wakeup() {
    wakeups.incrementAndGet();
  }

  @Override
  public void close() {
    closeCalls++;
    closed = true;
    onClose.run();
  }

  @Override
  public long nanoTime() {
    clockReadings++;
    return nowNanos;
  }
}
