package dev.zloop.reactor.udp;

import dev.zloop.core.transport.ReceivedDatagram;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Demand becoming receives: the socket is asked for exactly what is requested. Demand comes from
 * any thread; everything else happens on the loop, so that nothing is queued here.
 */
final class DatagramReceiver extends Flux<Datagram> {
  private final UdpSocket socket;

  /** Who has subscribed, and neither cancelled nor seen the end; or null. */
  private final AtomicReference<Reception> current = new AtomicReference<>();

  // The rest belongs to the loop's thread.

  /** To whom things are told; or null. */
  private Reception attached;

  /** Nothing more will come; with the error, if that is why. */
  private boolean ended;

  private Throwable error;

  DatagramReceiver(UdpSocket socket) {
    this.socket = socket;
  }

  @Override
  public void subscribe(CoreSubscriber<? super Datagram> actual) {
    Reception reception = new Reception(actual);
    if (!current.compareAndSet(null, reception)) {
      Operators.error(
          actual,
          new IllegalStateException(
              "receive() of "
                  + socket
                  + " has a subscriber, expected one at a time: cancel that one first, or share"
                  + " what it gets by publish()"));
      return;
    }
    actual.onSubscribe(reception);
    socket.runOnLoop(() -> attach(reception), reception::refuse);
  }

  private void attach(Reception reception) {
    if (reception.cancelled) {
      return;
    }
    if (attached != null) {
      socket.datagrams().stopReceiving(); // cancelled, of which the loop has not heard yet
    }
    attached = reception;
    reception.ask();
    tellEnd();
  }

  /** On the loop: copies a datagram for who requested it. */
  void emit(ReceivedDatagram view) {
    Reception receiver = attached;
    if (receiver == null) {
      return;
    }
    ByteBuf content =
        ByteBufAllocator.DEFAULT.directBuffer(view.bytes().remaining()).writeBytes(view.bytes());
    socket.watcher().onReceived(view.sender(), content);
    Datagram datagram = new Datagram(content, view.sender(), view.isTruncated());
    try {
      receiver.actual.onNext(datagram);
    } finally {
      datagram.release();
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
    Reception receiver = attached;
    if (!ended || receiver == null) {
      return;
    }
    attached = null;
    current.compareAndSet(receiver, null);
    if (error == null) {
      receiver.actual.onComplete();
    } else {
      receiver.actual.onError(error);
    }
  }

  /** One subscriber's demand. */
  private final class Reception implements Subscription {
    private final CoreSubscriber<? super Datagram> actual;

    /** On the loop: requested, before it was attached. */
    private long requested;

    /** On the loop. */
    private boolean cancelled;

    Reception(CoreSubscriber<? super Datagram> actual) {
      this.actual = actual;
    }

    @Override
    public void request(long n) {
      if (n > 0) {
        socket.runOnLoop(() -> {
          requested = Operators.addCap(requested, n);
          ask();
        });
      } else {
        socket.runOnLoop(() -> fail(Exceptions.nullOrNegativeRequestException(n)));
      }
    }

    /** Rule 3.9 of Reactive Streams. */
    private void fail(Throwable badRequest) {
      detach();
      if (current.compareAndSet(this, null)) {
        actual.onError(badRequest);
      }
    }

    /** The loop is closed, and has never seen this subscriber. */
    private void refuse(Throwable closed) {
      if (current.compareAndSet(this, null)) {
        actual.onError(socket.closedException(closed));
      }
    }

    private void ask() {
      if (attached == this && requested > 0) {
        long n = requested;
        requested = 0;
        socket.datagrams().request(n);
      }
    }

    @Override
    public void cancel() {
      current.compareAndSet(this, null);
      socket.runOnLoop(this::detach);
    }

    private void detach() {
      cancelled = true;
      if (attached == this) {
        attached = null;
        socket.datagrams().stopReceiving();
      }
    }
  }
}
