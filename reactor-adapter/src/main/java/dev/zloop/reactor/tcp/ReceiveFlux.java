package dev.zloop.reactor.tcp;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Demand becoming reads: the transport reads exactly while something is requested. Demand comes
 * from any thread; everything else happens on the loop, so that nothing is queued here but what a
 * subscriber gave back.
 *
 * <p>It has one subscriber at a time. The next one goes on where the last one was cancelled.
 */
final class ReceiveFlux extends Flux<ByteBuf> {

  /**
   * A subscriber that keeps bytes for a while, and gives back what it has left. It cancels when it
   * is done, also after it was told the end.
   */
  interface Keeper {

    /** On the loop: how many bytes it keeps. */
    int keptBytes();

    /**
     * On the loop, once it has cancelled: what it keeps, for who comes next; or null. The caller
     * owns the buffer.
     */
    ByteBuf giveBack();

    /** On the loop, which closes: what it keeps is to be released, and nobody will ask for it. */
    void abandon(IOException why);
  }

  private final TcpConnection connection;

  /** Who has subscribed, and neither cancelled nor seen the end; or null. */
  private final AtomicReference<Reception> current = new AtomicReference<>();

  // The rest belongs to the loop's thread.

  /** To whom things are told. Null before somebody is attached, and after the last signal. */
  private Reception attached;

  /** What was given back, before what the stream has. */
  private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>(0);

  /** Within a signal: what is asked for now is given when that is over. */
  private boolean emitting;

  /** Nothing more will come; with the error, if that is why. */
  private boolean ended;

  private Throwable error;

  /** What is given back from now on is for nobody. */
  private boolean closed;

  ReceiveFlux(TcpConnection connection) {
    this.connection = connection;
  }

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
    Reception reception = new Reception(actual);
    if (!current.compareAndSet(null, reception)) {
      Operators.error(
          actual,
          new IllegalStateException(
              "receive() of "
                  + connection
                  + " has a subscriber, expected one at a time: cancel that one first, or share"
                  + " what it gets by publish()"));
      return;
    }
    actual.onSubscribe(reception);
    connection.runOnLoop(() -> attach(reception), reception::refuse);
  }

  private void attach(Reception reception) {
    if (!reception.isCancelled()) {
      if (attached != null) {
        detach(attached); // cancelled on another thread, from which the loop has not heard yet
      }
      attached = reception;
      serve();
    }
  }

  private void detach(Reception reception) {
    if (attached != reception) {
      return;
    }
    attached = null;
    connection.stopReading();
    if (reception.actual instanceof Keeper keeper) {
      ByteBuf rest = keeper.giveBack();
      if (rest != null) {
        unread.addFirst(rest);
      }
    }
    if (closed) {
      discard();
    }
    connection.closeIfIdle();
  }

  // ---- from the connection, on the loop

  /** Gives what is there to who asked for it, and asks the stream for the rest. */
  void serve() {
    if (emitting) {
      return;
    }
    boolean any = !unread.isEmpty();
    while (!unread.isEmpty() && attached != null && attached.isServed()) {
      if (!emitUnread(unread.poll())) {
        return;
      }
    }
    if (unread.isEmpty()) {
      tellEnd();
      if (attached != null && attached.isServed()) {
        connection.startReading();
      }
      if (any) {
        connection.closeIfIdle();
      }
    }
  }

  /** As the stream would: a subscriber that throws ends the connection, and nothing else. */
  private boolean emitUnread(ByteBuf buffer) {
    try {
      emit(buffer);
      return true;
    } catch (Throwable thrown) {
      connection.loop().report(thrown);
      connection.abortNow(
          new IOException("the subscriber of receive() of " + connection + " failed", thrown));
      return false;
    }
  }

  /** Takes what the stream received. */
  void receive(ByteBuf buffer) {
    if (emitting || !unread.isEmpty() || attached == null || attached.isCancelled()) {
      unread.addLast(buffer);
      connection.stopReading();
      serve();
      return;
    }
    Reception receiver = attached;
    emit(buffer);
    if (!unread.isEmpty() || attached == null || !attached.isServed()) {
      connection.stopReading();
      serve();
    } else if (ended || attached != receiver) {
      serve();
    }
  }

  /** Takes the buffer, which somebody has asked for. */
  private void emit(ByteBuf buffer) {
    Reception receiver = attached;
    receiver.countDown();
    emitting = true;
    try {
      receiver.actual.onNext(buffer);
    } finally {
      emitting = false;
      buffer.release();
    }
  }

  /** Whether somebody is there to read, sooner or later. */
  boolean isAwaited() {
    return attached != null && !attached.endTold;
  }

  /** How many bytes came up that no subscriber has made anything of yet. */
  int keptBytes() {
    int bytes = 0;
    for (ByteBuf buffer : unread) {
      bytes += buffer.readableBytes();
    }
    return attached != null && attached.actual instanceof Keeper keeper
        ? bytes + keeper.keptBytes()
        : bytes;
  }

  /** Ends the flux, once what was given back is read. Only the first counts. */
  void end(Throwable cause) {
    if (!ended) {
      ended = true;
      error = cause;
    }
    if (unread.isEmpty()) {
      tellEnd();
    }
  }

  /** This side has closed: nothing more is delivered. */
  void close() {
    closed = true;
    discard();
    end(null);
  }

  /** The connection has ended. What was given back is for who waits already, and nobody else. */
  void onClosed(IOException cause) {
    closed = true;
    if (attached == null || attached.isCancelled() || connection.loop().isClosed()) {
      discard();
    }
    end(cause);
    if (attached != null
        && attached.actual instanceof Keeper keeper
        && connection.loop().isClosed()) {
      keeper.abandon(connection.closedException(cause));
    }
  }

  private void discard() {
    for (ByteBuf buffer = unread.poll(); buffer != null; buffer = unread.poll()) {
      buffer.release();
    }
  }

  private void tellEnd() {
    Reception receiver = attached;
    if (!ended || emitting || receiver == null || receiver.endTold) {
      return;
    }
    receiver.endTold = true;
    if (receiver.isCancelled()
        || !(receiver.actual instanceof Keeper) && !current.compareAndSet(receiver, null)) {
      detach(receiver);
      return;
    }
    if (!(receiver.actual instanceof Keeper)) {
      attached = null;
    }
    if (error == null) {
      receiver.actual.onComplete();
    } else {
      receiver.actual.onError(error);
    }
  }

  /** One subscriber's demand. */
  private final class Reception implements Subscription {
    private static final AtomicLongFieldUpdater<Reception> REQUESTED =
        AtomicLongFieldUpdater.newUpdater(Reception.class, "requested");

    final CoreSubscriber<? super ByteBuf> actual;

    /** Added to by any thread, taken from by the loop. */
    private volatile long requested;

    /** Of the loop. */
    boolean endTold;

    Reception(CoreSubscriber<? super ByteBuf> actual) {
      this.actual = actual;
    }

    @Override
    public void request(long n) {
      if (n > 0) {
        Operators.addCap(REQUESTED, this, n);
        connection.runOnLoop(ReceiveFlux.this::serve);
      } else {
        connection.runOnLoop(() -> fail(Exceptions.nullOrNegativeRequestException(n)));
      }
    }

    /** Rule 3.9 of Reactive Streams. */
    private void fail(Throwable badRequest) {
      detach(this);
      if (current.compareAndSet(this, null)) {
        actual.onError(badRequest);
      }
    }

    @Override
    public void cancel() {
      if (connection.loop().inLoop()) {
        detach(this); // first, so that who subscribes now finds what is given back
        current.compareAndSet(this, null);
      } else if (current.compareAndSet(this, null)) {
        connection.runOnLoop(() -> detach(this));
      }
    }

    boolean isCancelled() {
      return current.get() != this;
    }

    /** Whether it wants something, on the loop. */
    boolean isServed() {
      return requested > 0 && !isCancelled();
    }

    void countDown() {
      if (requested != Long.MAX_VALUE) {
        REQUESTED.decrementAndGet(this);
      }
    }

    /** The loop is closed, and has never seen this subscriber. */
    void refuse(Throwable closed) {
      if (current.compareAndSet(this, null)) {
        actual.onError(connection.closedException(closed));
      }
    }
  }
}
