package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Demand becoming reads: the transport reads exactly while something is requested. Demand comes
 * from any thread; everything else happens on the loop, so that nothing is queued here.
 */
final class ReceiveFlux extends Flux<ByteBuf> implements Subscription {
  private static final AtomicLongFieldUpdater<ReceiveFlux> REQUESTED =
      AtomicLongFieldUpdater.newUpdater(ReceiveFlux.class, "requested");

  private final TcpConnection connection;
  private final AtomicBoolean subscribed = new AtomicBoolean();

  /** Added to by any thread, taken from by the loop. */
  private volatile long requested;

  // The rest belongs to the loop's thread.

  /** Null before it is attached, and after its last signal. */
  private CoreSubscriber<? super ByteBuf> subscriber;

  private boolean attached;

  /** Nothing more will come; with the error, if that is why. */
  private boolean ended;

  private Throwable error;

  ReceiveFlux(TcpConnection connection) {
    this.connection = connection;
  }

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
    if (!subscribed.compareAndSet(false, true)) {
      Operators.error(
          actual,
          new IllegalStateException(
              "receive() of " + connection + " has, or had, its one subscriber"));
      return;
    }
    actual.onSubscribe(this);
    connection.runOnLoop(
        () -> attach(actual), closed -> actual.onError(connection.closedException(closed)));
  }

  private void attach(CoreSubscriber<? super ByteBuf> actual) {
    if (!attached) { // else it was cancelled already
      attached = true;
      subscriber = actual;
      readOnDemand();
      tellEnd();
    }
  }

  @Override
  public void request(long n) {
    if (Operators.validate(n)) {
      Operators.addCap(REQUESTED, this, n);
      connection.runOnLoop(this::readOnDemand);
    }
  }

  @Override
  public void cancel() {
    connection.runOnLoop(this::detach);
  }

  private void detach() {
    attached = true;
    subscriber = null;
    connection.stream().stopReading();
  }

  /** On the loop: asks the stream for what is asked for here. */
  void readOnDemand() {
    if (subscriber != null && requested > 0) {
      connection.stream().startReading();
    }
  }

  /** Whether somebody is there to read, sooner or later. */
  boolean isAwaited() {
    return subscriber != null;
  }

  /** On the loop: takes the buffer. Only while something is requested. */
  void emit(ByteBuf buffer) {
    CoreSubscriber<? super ByteBuf> receiver = subscriber;
    if (receiver == null) {
      buffer.release();
      return;
    }
    if (requested != Long.MAX_VALUE) {
      REQUESTED.decrementAndGet(this);
    }
    try {
      receiver.onNext(buffer);
    } finally {
      buffer.release();
    }
    if (requested == 0) {
      connection.stream().stopReading();
    }
  }

  /** On the loop: ends the flux, with an error or in order. Only the first counts. */
  void end(Throwable cause) {
    if (!ended) {
      ended = true;
      error = cause;
      tellEnd();
    }
  }

  private void tellEnd() {
    CoreSubscriber<? super ByteBuf> receiver = subscriber;
    if (!ended || receiver == null) {
      return;
    }
    subscriber = null;
    if (error == null) {
      receiver.onComplete();
    } else {
      receiver.onError(error);
    }
  }
}
