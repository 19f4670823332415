package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** All bytes of a flux of buffers in one, which is released when onNext returns. */
final class AggregateMono extends Mono<ByteBuf> {
  private final Flux<? extends ByteBuf> source;
  private final TcpConnection connection;
  private final int bytesMax;

  AggregateMono(Flux<? extends ByteBuf> source, TcpConnection connection, int bytesMax) {
    this.source = source;
    this.connection = connection;
    this.bytesMax = bytesMax;
  }

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
    source.subscribe(new Aggregating(actual));
  }

  /** Asks for all as soon as something is asked for. What is not said otherwise is on the loop. */
  private final class Aggregating implements CoreSubscriber<ByteBuf>, Subscription {
    private final CoreSubscriber<? super ByteBuf> actual;
    private Subscription upstream;

    /** Null before the first bytes, and after the end. */
    private ByteBuf all;

    private boolean done;
    private volatile boolean cancelled;

    Aggregating(CoreSubscriber<? super ByteBuf> actual) {
      this.actual = actual;
    }

    @Override
    public Context currentContext() {
      return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      if (Operators.validate(upstream, subscription)) {
        upstream = subscription;
        actual.onSubscribe(this);
      }
    }

    /** On any thread. */
    @Override
    public void request(long n) {
      upstream.request(n > 0 ? Long.MAX_VALUE : n); // which knows what to say of none
    }

    /** On any thread. */
    @Override
    public void cancel() {
      cancelled = true;
      upstream.cancel();
      connection.runOnLoop(this::drop);
    }

    private void drop() {
      done = true;
      if (all != null) {
        all.release();
        all = null;
      }
    }

    @Override
    public void onNext(ByteBuf buffer) {
      if (done || !buffer.isReadable()) {
        return;
      }
      if (buffer.readableBytes() > bytesMax - (all == null ? 0 : all.readableBytes())) {
        drop();
        upstream.cancel();
        actual.onError(
            new FrameTooLongException(
                connection
                    + " received more than the "
                    + bytesMax
                    + " bytes that aggregate("
                    + bytesMax
                    + ") takes; close the connection, or raise the maximum",
                null));
        return;
      }
      if (all == null) {
        all = ByteBufAllocator.DEFAULT.directBuffer(buffer.readableBytes());
      }
      all.writeBytes(buffer);
    }

    @Override
    public void onError(Throwable error) {
      if (!done) {
        drop();
        actual.onError(error);
      }
    }

    @Override
    public void onComplete() {
      if (done) {
        return;
      }
      done = true;
      ByteBuf complete = all;
      all = null;
      if (complete != null) {
        try {
          actual.onNext(complete);
        } finally {
          complete.release();
        }
      }
      if (!cancelled) {
        actual.onComplete();
      }
    }
  }
}
