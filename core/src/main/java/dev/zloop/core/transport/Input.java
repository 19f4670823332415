package dev.zloop.core.transport;

import dev.zloop.core.loop.EventLoop;
import java.util.ArrayDeque;

/**
 * The input of a transport: what its handler wants of what arrives, and what arrived unwanted. For
 * the loop's thread.
 */
final class Input {

  /** The transport, as its input needs it. */
  interface Owner {

    /** Whether anything may be delivered. Asked before each delivery, which may end it. */
    boolean mayDeliver();

    void onReceived(Lease lease);

    /** The input has ended, and everything before was delivered. Told once. */
    void onEnd();
  }

  private final EventLoop loop;
  private final Owner owner;
  private StreamIo io;

  /** Whether the handler wants what arrives. */
  private boolean reading;

  /** The overshoot: what arrived after {@link #stop}. The next {@link #start} delivers it first. */
  private final ArrayDeque<Lease> parked = new ArrayDeque<>(2);

  /** A turn is due that delivers what is parked. */
  private boolean deliveryDue;

  private boolean ended;
  private boolean endTold;

  Input(EventLoop loop, Owner owner) {
    this.loop = loop;
    this.owner = owner;
  }

  /** Where to receive. Before anything else. */
  void attach(StreamIo stream) {
    io = stream;
  }

  /** Nothing more arrives; something may be parked. */
  boolean isEnded() {
    return ended;
  }

  boolean isEndTold() {
    return endTold;
  }

  /** For a person. */
  String describe() {
    String what = endTold ? "input ended" : reading ? "reading" : "not reading";
    return parked.isEmpty() ? what : what + " with " + parked.size() + " pieces parked";
  }

  void start() {
    if (reading || !owner.mayDeliver()) {
      return;
    }
    reading = true;
    if (!parked.isEmpty() || ended) {
      deliverLater();
    } else {
      io.startReceiving();
    }
  }

  void stop() {
    if (reading) {
      reading = false;
      io.stopReceiving();
    }
  }

  private void deliverLater() {
    if (!deliveryDue) {
      deliveryDue = true;
      loop.defer(this::deliver);
    }
  }

  private void deliver() {
    deliveryDue = false;
    while (reading && owner.mayDeliver() && !parked.isEmpty()) {
      owner.onReceived(parked.poll());
    }
    if (owner.mayDeliver() && parked.isEmpty()) {
      if (ended) {
        tellEnd();
      } else if (reading) {
        io.startReceiving();
      }
    }
  }

  /** Something arrived. */
  void receive(Lease lease) {
    if (!owner.mayDeliver()) {
      lease.release();
    } else if (reading && parked.isEmpty()) {
      owner.onReceived(lease);
    } else {
      parked.add(lease);
    }
  }

  /** Nothing more will arrive: in order or not, which the owner knows. */
  void end() {
    ended = true;
    if (owner.mayDeliver() && parked.isEmpty()) {
      tellEnd();
    }
  }

  private void tellEnd() {
    if (!endTold) {
      endTold = true;
      owner.onEnd();
    }
  }

  /** Nothing is wanted any more; what is parked is thrown away. */
  void discard() {
    reading = false;
    for (Lease lease = parked.poll(); lease != null; lease = parked.poll()) {
      lease.release();
    }
  }
}
