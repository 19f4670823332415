package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Predicate;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * One publisher being sent: room in the write queue becoming demand. Its buffers may come on any
 * thread, and are written on the loop, in their order.
 *
 * <p>The work counter {@link #wip} makes one drain run at a time, always on the loop: a buffer that
 * comes on the loop while nothing else is going on is written at once; any other is queued here, at
 * most as many as were requested.
 */
final class Sender implements CoreSubscriber<ByteBuf>, Subscription, Sending {
  private static final int REQUEST_MAX = 64;

  private static final AtomicIntegerFieldUpdater<Sender> WIP =
      AtomicIntegerFieldUpdater.newUpdater(Sender.class, "wip");

  private final TcpConnection connection;
  private final CoreSubscriber<? super Void> actual;

  /** Whether to flush after a buffer; or null, to flush whenever no other is at hand. */
  private final Predicate<? super ByteBuf> flushesAfter;

  private final Queue<ByteBuf> queue = Queues.<ByteBuf>unbounded(16).get();

  private Subscription upstream;

  /** A buffer that exists before it is requested, until it comes; or null. */
  private ByteBuf existing;

  private Throwable upstreamError;

  /** Written after upstreamError, which it publishes. */
  private volatile boolean upstreamDone;

  private volatile boolean cancelled;
  private volatile int wip;

  // The rest belongs to the loop's thread.

  /** Requested and not yet come. */
  private long outstanding;

  private int largestBytes;

  /** How many were requested at a time, last. */
  private long batch;

  /** Something was written that was not flushed yet; and whether that is to be, without waiting. */
  private boolean unflushed;

  private boolean flushWanted;

  /** The last signal was given, or will not be: whatever comes is released. */
  private boolean ended;

  /** Where in the connection's output the last byte of this publisher stands; -1 if not known. */
  private long endPosition = -1;

  private Sender(
      TcpConnection connection,
      Predicate<? super ByteBuf> flushesAfter,
      CoreSubscriber<? super Void> actual,
      ByteBuf existing) {
    this.connection = connection;
    this.flushesAfter = flushesAfter;
    this.actual = actual;
    this.existing = existing;
  }

  /**
   * Sends what the buffers are.
   *
   * @param flushesAfter whether to flush after a buffer, which is not to be changed then; or null,
   *     to flush whenever no other buffer is at hand
   */
  static void subscribe(
      Flux<? extends ByteBuf> buffers,
      Predicate<? super ByteBuf> flushesAfter,
      TcpConnection connection,
      CoreSubscriber<? super Void> actual) {
    buffers.subscribe(new Sender(connection, flushesAfter, actual, existing(buffers)));
  }

  /** The buffer of {@code Mono.just(buffer)}: given already, and to be released in any case. */
  private static ByteBuf existing(Flux<? extends ByteBuf> buffers) {
    if (buffers instanceof Fuseable.ScalarCallable<?> scalar) {
      try {
        return (ByteBuf) scalar.call();
      } catch (Exception failing) {
        return null; // an error instead of a buffer
      }
    }
    return null;
  }

  @Override
  public Context currentContext() {
    return actual.currentContext();
  }

  // ---- from upstream, on any thread

  @Override
  public void onSubscribe(Subscription subscription) {
    Objects.requireNonNull(subscription, "subscription");
    if (Operators.validate(upstream, subscription)) {
      upstream = subscription;
      actual.onSubscribe(this);
      connection.runOnLoop(this::start, this::refuseStart);
    }
  }

  @Override
  public void onNext(ByteBuf buffer) {
    Objects.requireNonNull(buffer, "buffer");
    existing = null;
    if (connection.loop().inLoop() && WIP.compareAndSet(this, 0, 1)) {
      write(buffer);
      afterWriting();
      if (WIP.decrementAndGet(this) != 0) {
        drain();
      }
      return;
    }
    queue.offer(buffer);
    drainOnLoop();
  }

  @Override
  public void onError(Throwable error) {
    upstreamError = Objects.requireNonNull(error, "error");
    onComplete();
  }

  @Override
  public void onComplete() {
    upstreamDone = true;
    drainOnLoop();
  }

  // ---- from downstream, on any thread

  @Override
  public void request(long n) {
    Operators.validate(n); // a Mono<Void> has nothing to give
  }

  @Override
  public void cancel() {
    cancelled = true;
    upstream.cancel();
    drainOnLoop();
  }

  // ---- on the loop

  private void drainOnLoop() {
    if (WIP.getAndIncrement(this) == 0) {
      connection.runOnLoop(this::drain, this::refuseDrain);
    }
  }

  private void drain() {
    int missed = wip;
    do {
      for (ByteBuf buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
        write(buffer);
      }
      afterWriting();
      missed = WIP.addAndGet(this, -missed);
    } while (missed != 0);
  }

  private void start() {
    if (!ended && connection.add(this)) {
      requestMore();
    }
  }

  private void write(ByteBuf buffer) {
    outstanding--;
    if (ended || cancelled) {
      buffer.release();
      return;
    }
    boolean flushes;
    try {
      flushes = flushesAfter == null || flushesAfter.test(buffer);
    } catch (Throwable error) {
      buffer.release();
      failUpstream(error);
      return;
    }
    try {
      largestBytes = Math.max(largestBytes, buffer.readableBytes());
      connection.write(buffer);
      unflushed = true;
      flushWanted |= flushes;
    } catch (Throwable error) {
      failUpstream(error);
    }
  }

  private void failUpstream(Throwable error) {
    upstream.cancel();
    flush();
    if (!ended) {
      end(error);
    }
  }

  private void afterWriting() {
    if (cancelled && !ended) {
      ended = true;
      releaseExisting();
      connection.remove(this);
      flush();
    }
    if (ended) {
      return;
    }
    boolean last = upstreamDone && queue.isEmpty();
    if (flushWanted || last || !connection.stream().isWritable()) {
      flush();
    }
    if (ended) { // by what broke in the flush
      return;
    }
    if (!last) {
      requestMore();
    } else if (upstreamError != null) {
      end(upstreamError);
    } else if (endPosition < 0) {
      endPosition = connection.writtenBytes();
      completeIfSent();
    }
  }

  /** Also what waits for others, when the queue is full: it would never get any room. */
  private void flush() {
    if (unflushed) {
      unflushed = false;
      flushWanted = false;
      connection.flush();
    }
  }

  /**
   * Requests what the write queue has room for, going by the largest buffer that was seen; and at
   * most twice as many as the last time, since a small header may come before large ones.
   */
  @Override
  public void requestMore() {
    if (ended || outstanding > 0 || upstreamDone || !connection.stream().isWritable()) {
      return;
    }
    long room = connection.stream().writableBytes();
    long fitting = largestBytes == 0 ? 1 : room / largestBytes;
    batch = Math.clamp(fitting, 1, Math.clamp(2 * batch, 1, REQUEST_MAX));
    outstanding = batch;
    upstream.request(outstanding);
  }

  @Override
  public void completeIfSent() {
    if (!ended && endPosition >= 0 && connection.sentBytes() >= endPosition) {
      end(null);
    }
  }

  @Override
  public void fail(Throwable cause) {
    if (!ended) {
      upstream.cancel();
      releaseExisting();
      end(cause);
      drainOnLoop(); // releases what is queued
    }
  }

  private void releaseExisting() {
    if (existing != null) {
      existing.release();
      existing = null;
    }
  }

  private void end(Throwable error) {
    ended = true;
    connection.remove(this);
    if (cancelled) {
      return;
    }
    if (error == null) {
      actual.onComplete();
    } else {
      actual.onError(error);
    }
  }

  // ---- when the loop is closed, or closing: on any thread

  /** The loop has never seen this sender, so nobody else will tell. */
  private void refuseStart(RejectedExecutionException cause) {
    upstream.cancel();
    releaseExisting();
    if (!cancelled) {
      actual.onError(connection.closedException(cause));
    }
  }

  /** The loop has told the end to this sender, or will; here is what still comes from upstream. */
  private void refuseDrain(RejectedExecutionException cause) {
    upstream.cancel();
    int missed = wip;
    do {
      for (ByteBuf buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
        buffer.release();
      }
      missed = WIP.addAndGet(this, -missed);
    } while (missed != 0);
  }
}
