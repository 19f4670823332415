package dev.zloop.reactor;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * A scheduler on one or several loops: a {@link Lane} on each, and workers that take the lanes in
 * turn. What it does is told in {@link Schedulers}.
 */
final class LoopScheduler implements Scheduler, Scannable {

  /** Values of {@link #state}, which only grows. */
  private static final int OPEN = 0;

  private static final int DRAINING = 1;
  private static final int DISPOSED = 2;

  private static final AtomicIntegerFieldUpdater<LoopScheduler> STATE =
      AtomicIntegerFieldUpdater.newUpdater(LoopScheduler.class, "state");

  /** Whose the loops are. */
  private enum Loops {

    /** The user's, who closes them. */
    GIVEN,

    /** Everybody's: neither they nor the scheduler end. */
    SHARED,

    /** The scheduler's: they begin with its first task, and end with it. */
    OWN
  }

  private final String name;
  private final Loops loops;
  private final Lane[] lanes;
  private final AtomicInteger taken = new AtomicInteger();

  /** Written before a lane's count of busy workers is read; a lane does it the other way round. */
  private volatile int state = OPEN;

  private final Sinks.Empty<Void> drained = Sinks.empty();

  private LoopScheduler(String name, Loops loops, List<ZLoop> each) {
    this.name = name;
    this.loops = loops;
    boolean dormant = loops == Loops.OWN;
    this.lanes =
        each.stream().map(loop -> new Lane(this, (EventLoop) loop, dormant)).toArray(Lane[]::new);
    ZLoopThreads.declareNonBlocking();
  }

  static LoopScheduler on(List<ZLoop> loops) {
    String names = loops.stream().map(ZLoop::name).collect(Collectors.joining(", "));
    return new LoopScheduler("fromZLoop(" + names + ")", Loops.GIVEN, loops);
  }

  /** One that ignores being disposed, as the schedulers do that Reactor caches. */
  static LoopScheduler shared(List<ZLoop> loops) {
    return new LoopScheduler("Schedulers.fromZLoop()", Loops.SHARED, loops);
  }

  /** One whose own the loops are, which nobody has started. */
  static LoopScheduler owning(String name, List<ZLoop> loops) {
    return new LoopScheduler(name, Loops.OWN, loops);
  }

  private Lane next() {
    return lanes[Integer.remainderUnsigned(taken.getAndIncrement(), lanes.length)];
  }

  @Override
  public Disposable schedule(Runnable task) {
    return next().direct.schedule(task);
  }

  @Override
  public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
    return next().direct.schedule(task, delay, unit);
  }

  @Override
  public Disposable schedulePeriodically(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    return next().direct.schedulePeriodically(task, initialDelay, period, unit);
  }

  @Override
  public Worker createWorker() {
    return new LoopWorker(next());
  }

  /**
   * The wall clock in milliseconds and coarser, as with Reactor's own. What is finer is only ever
   * compared, and with delays: it is the loops' clock, also where that is simulated.
   */
  @Override
  public long now(TimeUnit unit) {
    return unit.compareTo(TimeUnit.MILLISECONDS) < 0
        ? unit.convert(lanes[0].loop.nanoTime(), TimeUnit.NANOSECONDS)
        : Scheduler.super.now(unit);
  }

  // ---- its life

  @Override
  public void init() {
    if (isDisposed()) {
      throw new IllegalStateException("Initializing a disposed scheduler is not permitted");
    }
  }

  /** Whether tasks are accepted. */
  boolean isOpen() {
    return state == OPEN;
  }

  /** Whether tasks that have not begun are not to begin any more. */
  boolean isStopped() {
    return state == DISPOSED;
  }

  @Override
  public boolean isDisposed() {
    return state != OPEN;
  }

  @Override
  public void dispose() {
    if (loops != Loops.SHARED && STATE.getAndSet(this, DISPOSED) != DISPOSED) {
      for (Lane lane : lanes) {
        lane.cancelTimed();
      }
      onLaneIdle();
      closeOwn();
    }
  }

  private void closeOwn() {
    if (loops == Loops.OWN) {
      for (Lane lane : lanes) {
        lane.closeLoop();
      }
    }
  }

  @Override
  public Mono<Void> disposeGracefully() {
    if (loops == Loops.SHARED) {
      return Mono.empty();
    }
    return Mono.defer(() -> {
      if (STATE.compareAndSet(this, OPEN, DRAINING)) {
        for (Lane lane : lanes) {
          lane.cancelPeriodic();
        }
        onLaneIdle();
      }
      return loops == Loops.OWN
          ? loopsClosed()
          : Mono.firstWithSignal(drained.asMono(), loopsClosed());
    });
  }

  /** What a loop did not run before it closed will not run: nothing more to wait for. */
  private Mono<Void> loopsClosed() {
    CompletableFuture<?>[] closed =
        Stream.of(lanes)
            .map(lane -> lane.loop.onClosed().toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    return Mono.fromFuture(CompletableFuture.allOf(closed)).onErrorComplete();
  }

  /** A lane may have become idle after the scheduler stopped accepting. From any thread. */
  void onLaneIdle() {
    if (isIdle() && drained.tryEmitEmpty().isSuccess()) {
      closeOwn();
    }
  }

  private boolean isIdle() {
    for (Lane lane : lanes) {
      if (!lane.isIdle()) {
        return false;
      }
    }
    return true;
  }

  // ---- what it shows

  @Override
  @SuppressWarnings("rawtypes")
  public Object scanUnsafe(Attr key) {
    if (key == Attr.TERMINATED || key == Attr.CANCELLED) {
      return isDisposed();
    }
    if (key == Attr.CAPACITY || key == Attr.BUFFERED) {
      return lanes.length; // as Reactor's own: the threads, whose number does not vary
    }
    return key == Attr.NAME ? name : null;
  }

  @Override
  public Stream<? extends Scannable> inners() {
    return Stream.of(lanes);
  }

  @Override
  public String toString() {
    return name;
  }
}
