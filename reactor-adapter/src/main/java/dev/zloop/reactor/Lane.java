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

  Lane(LoopScheduler scheduler, EventLoop loop) {
    this.scheduler = scheduler;
    this.loop = loop;
    this.direct = new LoopWorker(this);
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
