package dev.zloop.reactor;

import dev.zloop.core.loop.EventLoop;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Scannable;

/** A scheduler's part on one loop: what has to be found again when the scheduler is disposed. */
final class Lane implements Scannable {
  final LoopScheduler scheduler;
  final EventLoop loop;

  /** For what is scheduled on the scheduler itself. */
  final LoopWorker direct;

  /** The workers with delayed or periodic tasks. Others leave no trace here. */
  private final Set<LoopWorker> timed = ConcurrentHashMap.newKeySet();

  /**
   * At least how many workers have tasks. A task is counted before the scheduler's state is read,
   * and this is read after that was written: so whoever stops the scheduler sees every task that
   * was still let in.
   */
  private final AtomicInteger busy = new AtomicInteger();

  /**
   * Whether the loop is the scheduler's own, and waits for its first task. Cleared under a lock.
   */
  private volatile boolean dormant;

  Lane(LoopScheduler scheduler, EventLoop loop, boolean dormant) {
    this.scheduler = scheduler;
    this.loop = loop;
    this.dormant = dormant;
    this.direct = new LoopWorker(this);
  }

  /** Starts a loop that waits for that. What is not started by then is closed, and will refuse. */
  void awake() {
    if (dormant) {
      startLoop();
    }
  }

  private synchronized void startLoop() {
    if (dormant && !loop.isClosed()) {
      loop.start();
      dormant = false;
    }
  }

  synchronized void closeLoop() {
    dormant = false;
    loop.close();
  }

  void onBusy() {
    busy.getAndIncrement();
  }

  void onIdle() {
    if (busy.decrementAndGet() == 0 && !scheduler.isOpen()) {
      scheduler.onLaneIdle();
    }
  }

  boolean isIdle() {
    return busy.get() == 0;
  }

  void onTimed(LoopWorker worker) {
    timed.add(worker);
  }

  void onNoneTimed(LoopWorker worker) {
    timed.remove(worker);
  }

  void cancelTimed() {
    timed.forEach(LoopWorker::cancelTimed);
  }

  void cancelPeriodic() {
    timed.forEach(LoopWorker::cancelPeriodic);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Object scanUnsafe(Attr key) {
    if (key == Attr.TERMINATED || key == Attr.CANCELLED) {
      return scheduler.isDisposed();
    }
    if (key == Attr.CAPACITY) {
      return 1;
    }
    if (key == Attr.BUFFERED) {
      return loop.pendingTasks();
    }
    if (key == Attr.PARENT) {
      return scheduler;
    }
    return key == Attr.NAME ? loop.name() : null;
  }
}
