package dev.zloop.reactor;

import dev.zloop.core.loop.Abandonable;
import dev.zloop.core.loop.EventLoop;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.Scannable;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * Blocking work that somebody subscribed to. It goes to the scheduler at once; its result goes back
 * to the loop, as soon as it is there and, if it is a value, requested.
 *
 * <p>Three threads may meet here: the one that works, the loop, and whoever requests and cancels.
 * {@link #state} only gains bits, and who added one knows from those before it what is his: to tell
 * the result, to throw it away, or nothing.
 */
final class BlockingCall<T> implements Subscription, Runnable, Scannable {
  private static final int REQUESTED = 1;
  private static final int ARRIVED = 2;
  private static final int CANCELLED = 4;
  private static final int TOLD = 8;

  @SuppressWarnings("rawtypes")
  private static final AtomicIntegerFieldUpdater<BlockingCall> STATE =
      AtomicIntegerFieldUpdater.newUpdater(BlockingCall.class, "state");

  private final Callable<? extends T> work;
  private final Scheduler scheduler;

  /** To tell the end on; null if the subscribing thread had none. */
  private final EventLoop loop;

  private final CoreSubscriber<? super T> actual;
  private final Disposable.Swap task = Disposables.swap();

  private volatile int state;

  /** Null if there is none, or an error. As the error, written before ARRIVED. */
  private T value;

  private Throwable error;

  BlockingCall(
      Callable<? extends T> work,
      Scheduler scheduler,
      EventLoop loop,
      CoreSubscriber<? super T> actual) {
    this.work = work;
    this.scheduler = scheduler;
    this.loop = loop;
    this.actual = actual;
  }

  /** Adds a bit, and returns those that were there. */
  private int add(int bit) {
    return STATE.getAndAccumulate(this, bit, (before, added) -> before | added);
  }

  private static boolean has(int state, int bits) {
    return (state & bits) != 0;
  }

  void start() {
    if (has(state, CANCELLED)) {
      return;
    }
    try {
      task.update(scheduler.schedule(this));
    } catch (RejectedExecutionException refused) {
      tellInstead(
          new RejectedExecutionException(
              "blocking work is refused by " + scheduler + ": " + refused.getMessage(), refused));
    }
  }

  // ---- where it may block

  @Override
  public void run() {
    if (has(state, CANCELLED)) {
      return;
    }
    try {
      value = work.call();
    } catch (Throwable thrown) {
      error = has(state, CANCELLED) ? thrown : failure(thrown);
    }
    int before = add(ARRIVED);
    if (has(before, CANCELLED)) {
      throwAway();
    } else if (value == null || has(before, REQUESTED)) {
      bringBack();
    }
  }

  /**
   * As the hooks of Reactor have it; they would throw what is fatal, and nobody would be told: a
   * library that is missing, or a stack that was too deep, is the work's error like any other.
   */
  private Throwable failure(Throwable thrown) {
    if (Exceptions.isFatal(thrown)) {
      return thrown;
    }
    return Operators.onOperatorError(null, thrown, actual.currentContext());
  }

  private void bringBack() {
    if (loop == null || loop.inLoop()) {
      tell();
      return;
    }
    try {
      Runnable telling = reactor.core.scheduler.Schedulers.onSchedule(this::tell);
      loop.execute(new Return(this, telling));
    } catch (RejectedExecutionException closed) {
      tellInstead(loopIsGone());
    }
  }

  /** A result on its way to the loop, which may end before it gets there. */
  private record Return(BlockingCall<?> call, Runnable telling) implements Abandonable {
    @Override
    public void run() {
      telling.run();
    }

    @Override
    public void abandon() {
      call.tellInstead(call.loopIsGone());
    }

    @Override
    public String toString() {
      return "the result of blocking work, for " + call.actual;
    }
  }

  private RejectedExecutionException loopIsGone() {
    return new RejectedExecutionException(
        "loop " + loop.name() + " is closed: it cannot be told the result of blocking work");
  }

  // ---- the end

  /** On the loop, if there is one. */
  private void tell() {
    if (has(add(TOLD), CANCELLED)) {
      return;
    }
    if (error != null) {
      actual.onError(error);
      return;
    }
    T told = value;
    if (told != null) {
      value = null;
      actual.onNext(told);
    }
    if (!has(state, CANCELLED)) {
      actual.onComplete();
    }
  }

  /** Tells a failure in place of a result, wherever this is. */
  private void tellInstead(RejectedExecutionException refusal) {
    if (has(add(TOLD), CANCELLED)) {
      return;
    }
    if (error != null) {
      refusal.addSuppressed(error);
    }
    Operators.onDiscard(value, actual.currentContext());
    actual.onError(failure(refusal));
  }

  /** What came for nobody. */
  private void throwAway() {
    if (error == null) {
      Operators.onDiscard(value, actual.currentContext());
    } else if (!isInterruption(error)) { // which is what cancelling asked for
      Operators.onErrorDropped(error, actual.currentContext());
    }
  }

  private static boolean isInterruption(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException
          || cause instanceof InterruptedIOException
          || cause instanceof ClosedByInterruptException) {
        return true;
      }
    }
    return false;
  }

  // ---- from downstream, on any thread

  @Override
  public void request(long n) {
    if (Operators.validate(n)) {
      int before = add(REQUESTED);
      if (has(before, ARRIVED) && !has(before, REQUESTED | CANCELLED) && value != null) {
        bringBack();
      }
    }
  }

  @Override
  public void cancel() {
    int before = add(CANCELLED);
    if (!has(before, CANCELLED | TOLD)) {
      task.dispose();
      if (has(before, ARRIVED)) {
        throwAway();
      }
    }
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Object scanUnsafe(Attr key) {
    if (key == Attr.ACTUAL) {
      return actual;
    }
    if (key == Attr.CANCELLED) {
      return has(state, CANCELLED);
    }
    if (key == Attr.TERMINATED) {
      return has(state, TOLD);
    }
    if (key == Attr.RUN_ON) {
      return scheduler;
    }
    return key == Attr.RUN_STYLE ? Attr.RunStyle.ASYNC : null;
  }
}
