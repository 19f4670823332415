package dev.zloop.reactor;

import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Reactor's scheduler with a virtual thread for each task, as one that all share: being disposed
 * does nothing to it. It never runs a task within {@code schedule}.
 */
final class VirtualThreads implements Scheduler, Scannable {
  private static final int THREADS_MAX = 1000;
  private static final int TASKS_PER_THREAD_MAX = 100;

  static final VirtualThreads SHARED = new VirtualThreads();

  private final Scheduler scheduler;

  private VirtualThreads() {
    var factory = new reactor.core.scheduler.Schedulers.Factory() {};
    scheduler =
        factory.newThreadPerTaskBoundedElastic(
            THREADS_MAX,
            TASKS_PER_THREAD_MAX,
            Thread.ofVirtual().name("zloop-virtual-", 1).factory());
    scheduler.init();
  }

  @Override
  public Disposable schedule(Runnable task) {
    return scheduler.schedule(task);
  }

  @Override
  public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
    return scheduler.schedule(task, delay, unit);
  }

  @Override
  public Disposable schedulePeriodically(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    return scheduler.schedulePeriodically(task, initialDelay, period, unit);
  }

  @Override
  public Worker createWorker() {
    return scheduler.createWorker();
  }

  @Override
  public void init() {}

  @Override
  public void dispose() {}

  @Override
  public Mono<Void> disposeGracefully() {
    return Mono.empty();
  }

  @Override
  public boolean isDisposed() {
    return false;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Object scanUnsafe(Attr key) {
    return key == Attr.NAME ? toString() : Scannable.from(scheduler).scanUnsafe(key);
  }

  @Override
  public Stream<? extends Scannable> inners() {
    return Scannable.from(scheduler).inners();
  }

  @Override
  public String toString() {
    return "Blocking.virtualThreads()";
  }
}
