package dev.zloop.core.loop;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A kernel in which a wait really waits, for a loop on a thread of its own. It has no I/O. */
final class BlockingIo implements IoPort {
  final AtomicInteger wakeups = new AtomicInteger();

  /** Each wait that may block leaves a permit here first. */
  final Semaphore waits = new Semaphore(0);

  volatile boolean closed;

  /** Thrown by the next {@link #dispatch}. */
  volatile Error defect;

  private final Semaphore permits = new Semaphore(0);

  @Override
  public void await(long timeoutNanos) {
    if (timeoutNanos != 0) {
      waits.release();
      block(timeoutNanos);
    }
    permits.drainPermits();
  }

  private void block(long timeoutNanos) {
    try {
      if (timeoutNanos < 0) {
        permits.acquire();
      } else if (permits.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public int dispatch() {
    if (defect != null) {
      throw defect;
    }
    return 0;
  }

  @Override
  public boolean hasBacklog() {
    return false;
  }

  @Override
  public void wakeup() {
    wakeups.incrementAndGet();
    permits.release();
  }

  @Override
  public void close() {
    assert !closed;
    closed = true;
  }
}
