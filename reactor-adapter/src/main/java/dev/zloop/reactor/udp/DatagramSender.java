package dev.zloop.reactor.udp;

import dev.zloop.core.transport.Datagrams;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * One publisher being sent: room in the socket's queue becoming demand. Its datagrams may come on
 * any thread, and are queued on the loop, in their order.
 *
 * <p>The work counter {@link #wip} makes one drain run at a time, always on the loop.
 */
final class DatagramSender implements CoreSubscriber<Datagram>, Subscription {
  private static final int REQUEST_MAX = 64;

  private static final AtomicIntegerFieldUpdater<DatagramSender> WIP =
      AtomicIntegerFieldUpdater.newUpdater(DatagramSender.class, "wip");

  private final UdpSocket socket;
  private final CoreSubscriber<? super Void> actual;
  private final Queue<Datagram> queue = Queues.<Datagram>unbounded(16).get();

  private Subscription upstream;

  /** A datagram that exists before it is requested, until it comes; or null. */
  private Datagram existing;

  private Throwable upstreamError;

  /** Written after upstreamError, which it publishes. */
  private volatile boolean upstreamDone;

  private volatile boolean cancelled;
  private volatile int wip;

  // The rest belongs to the loop's thread.

  /** Requested and not yet come. */
  private long outstanding;

  /** How many were requested at a time, last. */
  private long batch;

  private int largestBytes;

  /** Queued at the socket, and not told of yet. */
  private long underway;

  /** The first failure of a datagram. */
  private Throwable failure;

  /** The last signal was given, or will not be: whatever comes is released. */
  private boolean ended;

  private DatagramSender(UdpSocket socket, CoreSubscriber<? super Void> actual, Datagram existing) {
    this.socket = socket;
    this.actual = actual;
    this.existing = existing;
  }

  static void subscribe(
      Flux<? extends Datagram> datagrams, UdpSocket socket, CoreSubscriber<? super Void> actual) {
    datagrams.subscribe(new DatagramSender(socket, actual, existing(datagrams)));
  }

  /** The datagram of {@code Mono.just(datagram)}: given already, to be released in any case. */
  private static Datagram existing(Flux<? extends Datagram> datagrams) {
    if (datagrams instanceof Fuseable.ScalarCallable<?> scalar) {
      try {
        return (Datagram) scalar.call();
      } catch (Exception failing) {
        return null; // an error instead of a datagram
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
    if (Operators.validate(upstream, subscription)) {
      upstream = subscription;
      actual.onSubscribe(this);
      socket.runOnLoop(this::start, this::refuseStart);
    }
  }

  @Override
  public void onNext(Datagram datagram) {
    existing = null;
    queue.offer(datagram);
    drainOnLoop();
  }

  @Override
  public void onError(Throwable error) {
    upstreamError = error;
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

  private void start() {
    if (!ended && socket.add(this)) {
      requestMore();
    }
  }

  private void drainOnLoop() {
    if (WIP.getAndIncrement(this) == 0) {
      socket.runOnLoop(this::drain, this::refuseDrain);
    }
  }

  private void drain() {
    int missed = wip;
    do {
      for (Datagram datagram = queue.poll(); datagram != null; datagram = queue.poll()) {
        send(datagram);
      }
      afterSending();
      missed = WIP.addAndGet(this, -missed);
    } while (missed != 0);
  }

  private void send(Datagram datagram) {
    outstanding--;
    if (ended || cancelled) {
      datagram.release();
      return;
    }
    largestBytes = Math.max(largestBytes, datagram.content().readableBytes());
    underway++;
    socket.watcher().onWritten(datagram.address(), datagram.content());
    try {
      OutgoingDatagram.queue(socket.datagrams(), datagram, this);
    } catch (IllegalArgumentException refused) {
      onSent(refused);
    }
  }

  private void afterSending() {
    if (cancelled && !ended) {
      ended = true;
      releaseExisting();
      socket.remove(this);
    }
    if (!ended) {
      socket.datagrams().flush();
      requestMore();
      endIfAllIsDone();
    }
  }

  /** Requests what the queue has room for: at most twice as many as the last time. */
  void requestMore() {
    if (ended || outstanding > 0 || upstreamDone || !socket.datagrams().isWritable()) {
      return;
    }
    long fitting = Datagrams.QUEUE_BYTES_MAX / Math.max(1, largestBytes);
    long most = Math.clamp(Math.min(fitting, socket.datagrams().room()), 1, REQUEST_MAX);
    batch = Math.clamp(2 * batch, 1, most);
    outstanding = batch;
    upstream.request(outstanding);
  }

  /** On the loop: a datagram was sent, or could not be. */
  void onSent(Throwable why) {
    underway--;
    if (failure == null) {
      failure = why;
    }
    endIfAllIsDone();
  }

  private void endIfAllIsDone() {
    if (!ended && upstreamDone && queue.isEmpty() && underway == 0) {
      end(upstreamError != null ? upstreamError : failure);
    }
  }

  /** The socket has ended before this could. */
  void fail(Throwable cause) {
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
    socket.remove(this);
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
      actual.onError(socket.closedException(cause));
    }
  }

  /** The loop has told the end to this sender, or will; here is what still comes from upstream. */
  private void refuseDrain(RejectedExecutionException cause) {
    upstream.cancel();
    int missed = wip;
    do {
      for (Datagram datagram = queue.poll(); datagram != null; datagram = queue.poll()) {
        datagram.release();
      }
      missed = WIP.addAndGet(this, -missed);
    } while (missed != 0);
  }
}
