package dev.zloop.reactor.pipeline;

import dev.zloop.core.loop.EventLoop;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * The input of a stream over handlers: what its user wants of what they bring up, and what they
 * brought up unwanted, of one buffer from below at the most.
 */
final class PipelineInput {

  /** The stream, as its input needs it. */
  interface Owner {

    /** Whether the user may be called: not within its own calls. */
    boolean mayDeliverNow();

    void onReceived(ByteBuf buffer);

    /** The input has ended, and everything before was delivered. Told once. */
    void onEnd(IOException failure);

    /** Nothing is parked, or to be told, any more. */
    void onDelivered();
  }

  private final EventLoop loop;
  private final PipelineChannel channel;
  private final Owner owner;

  /** Whether the user wants what arrives. */
  private boolean reading;

  /** Whether what arrives is thrown away, and the peer is to get rid of it nevertheless. */
  private boolean draining;

  private boolean discarding;
  private final ArrayDeque<ByteBuf> parked = new ArrayDeque<>(2);

  /** A turn is due that delivers what is parked. */
  private boolean deliveryDue;

  /** Within a call that asks again by itself. */
  private boolean pulling;

  /** Something came up since that was last set to false. */
  private boolean cameUp;

  private boolean ended;
  private boolean endTold;
  private IOException failure;

  PipelineInput(EventLoop loop, PipelineChannel channel, Owner owner) {
    this.loop = loop;
    this.channel = channel;
    this.owner = owner;
  }

  boolean isEnded() {
    return ended;
  }

  /** Why it has not ended in order; or null. */
  IOException failure() {
    return failure;
  }

  boolean isEndTold() {
    return endTold;
  }

  boolean isParked() {
    return !parked.isEmpty();
  }

  /** Whether the user has had everything, its end included. */
  boolean isDelivered() {
    return parked.isEmpty() && (!ended || endTold);
  }

  void start() {
    if (reading || discarding) {
      return;
    }
    reading = true;
    if (!parked.isEmpty() || ended) {
      deliverLater();
    } else {
      pull();
    }
  }

  void stop() {
    reading = false; // what was asked for below may still come, and is parked
  }

  private void deliverLater() {
    if (!deliveryDue) {
      deliveryDue = true;
      loop.defer(this::deliver);
    }
  }

  private void deliver() {
    deliveryDue = false;
    while (reading && !parked.isEmpty()) {
      owner.onReceived(parked.poll());
    }
    if (!parked.isEmpty()) {
      return;
    }
    if (ended) {
      tellEnd();
    } else {
      pull();
    }
    owner.onDelivered();
  }

  /** What arrived from below. Takes the buffer. */
  void receive(ByteBuf buffer) {
    pulling = true;
    channel.receive(buffer);
    pulling = false;
    if (!channel.isReadPending()) {
      pull();
    }
    channel.stopUnlessAsked();
  }

  /** What came up through all handlers. Takes the buffer. */
  void add(ByteBuf buffer) {
    cameUp = true;
    if (ended || discarding) {
      buffer.release();
    } else if (reading && parked.isEmpty() && owner.mayDeliverNow()) {
      owner.onReceived(buffer);
    } else {
      parked.add(buffer);
    }
    if (!pulling && (reading || draining)) {
      deliverLater(); // or only asks for more, where no handler told of a read's end
    }
  }

  /**
   * Asks for more, as long as that is wanted. More than once where a handler keeps buffers, and
   * gives one for each time that it is asked.
   */
  void pull() {
    if (pulling) {
      return;
    }
    pulling = true;
    do {
      cameUp = false;
      if ((reading || draining) && channel.isOpen()) {
        channel.read();
      }
    } while (cameUp);
    pulling = false;
    if (reading && !parked.isEmpty()) {
      deliverLater();
    }
  }

  /** Gets what handlers still keep: nothing more comes to them from below. */
  void pullRest() {
    boolean pullingBefore = pulling;
    pulling = true;
    do {
      cameUp = false;
      if (channel.isOpen()) {
        channel.read();
      }
    } while (cameUp);
    pulling = pullingBefore;
  }

  /**
   * Ends it, once what is parked was received. The first counts.
   *
   * @param why it has not ended in order; or null
   */
  void end(IOException why) {
    if (ended) {
      return;
    }
    ended = true;
    failure = why;
    if (parked.isEmpty()) {
      deliverLater();
    }
  }

  private void tellEnd() {
    if (!endTold && !discarding) {
      endTold = true;
      owner.onEnd(failure);
    }
  }

  /** Nothing is wanted any more; what is parked is thrown away. */
  void discard() {
    discarding = true;
    reading = false;
    for (ByteBuf buffer = parked.poll(); buffer != null; buffer = parked.poll()) {
      buffer.release();
    }
  }

  /** From now on the peer's bytes are read for nobody: it may take ours only then. */
  void drain() {
    draining = true;
    pull();
  }
}
