package dev.zloop.simulation.swarm;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportHandler;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.simulation.kernel.Socket;
import java.io.IOException;

/**
 * A connection on the loop: does to its transport what the swarm wants, and holds what it hears to
 * what the transport promises.
 */
final class Actor extends Party implements TransportHandler {
  private final Swarm swarm;
  private final TransportOptions options;
  Transport transport;

  private boolean reading;
  private boolean closeCalled;
  private boolean abortCalled;
  private boolean closeTold;
  private boolean brokenTold;
  private long closeCalledAt;
  private IOException cause;

  /** Writes that were taken and not released yet. */
  private int unreleased;

  /** Full at some time, and not told to be writable since. */
  private boolean wasFull;

  /** A verb is being called: nothing but a release may be told meanwhile. */
  private boolean calling;

  Actor(Swarm swarm, Socket socket, TransportOptions options) {
    super(socket);
    this.swarm = swarm;
    this.options = options;
  }

  boolean isOver() {
    return closeTold;
  }

  @Override
  boolean isSilent() {
    return closeTold || closeCalled || abortCalled;
  }

  @Override
  boolean isGivenUp() {
    return swarm.isLoopClosing() || closeCalled && isLate();
  }

  /** Whether a graceful close has had its time. */
  private boolean isLate() {
    return swarm.kernel.nanoTime() - closeCalledAt >= options.closeTimeout().toNanos();
  }

  // ---- verbs

  void startReading() {
    reading |= !isSilent();
    calling = true;
    transport.startReading();
    calling = false;
  }

  void stopReading() {
    reading = false;
    calling = true;
    transport.stopReading();
    calling = false;
  }

  void write(int length) {
    Blocks.Block block = swarm.blocks.take(length);
    block.writer = this;
    unreleased++;
    Bytes.fill(block.address, number(), written, length);
    boolean open = !isSilent() && !endWanted && !brokenTold;
    calling = true;
    boolean taken = transport.write(block.address, length, block);
    calling = false;
    if (taken) {
      written += length;
      require(open, "a write was taken after the output had ended");
      boolean full = transport.queuedBytes() >= options.writeQueueHighBytes();
      require(!full || !transport.isWritable(), "the queue is full and takes more");
      wasFull |= !transport.isWritable();
    } else {
      require(block.writer == null, "a write that was not taken was not released");
    }
  }

  void flush() {
    calling = true;
    transport.flush();
    calling = false;
  }

  void shutdownOutput() {
    endWanted = true;
    calling = true;
    transport.shutdownOutput();
    calling = false;
  }

  void close() {
    if (!isSilent()) {
      closeCalledAt = swarm.kernel.nanoTime();
    }
    closeCalled = true;
    endWanted = true;
    reading = false;
    calling = true;
    transport.close();
    calling = false;
  }

  void abort() {
    if (!closeTold) {
      excuse();
    }
    abortCalled = true;
    reading = false;
    calling = true;
    transport.abort();
    calling = false;
  }

  boolean isWritable() {
    return transport.isWritable();
  }

  boolean isReading() {
    return reading;
  }

  /** Between turns: what must hold at any time. A loop that closes throws away what is parked. */
  void check() {
    boolean delivers = !closeTold && !isSilent() && !brokenTold && !swarm.isLoopClosing();
    if (delivers && !transportHasFailed()) {
      long parked = socket.readBytes() - received;
      if (parked > StreamIo.OVERSHOOT_BYTES_MAX + swarm.receiveSlack()) {
        throw violated("so many bytes were received and not delivered: " + parked);
      }
    }
    require(transport.sentBytes() + transport.queuedBytes() <= written, "sends more than written");
  }

  private boolean transportHasFailed() {
    return socket.isBroken();
  }

  // ---- what it hears

  private void hears(String what) {
    if (calling) {
      throw violated(what + " was told within a call");
    }
    if (closeTold) {
      throw violated(what + " was told after the end");
    }
  }

  @Override
  public void onReceived(Lease lease) {
    hears("onReceived");
    require(reading, "bytes were delivered while reading was off");
    require(!inputEnded, "bytes were delivered after the end of the input");
    require(lease.length() > 0, "an empty lease");
    int stream = peer().number();
    if (!Bytes.match(lease.buffer(), lease.offset(), stream, received, lease.length())) {
      throw violated("other bytes than were sent, at " + received);
    }
    if (swarm.retains()) {
      swarm.leases.add(new Swarm.Held(lease, stream, received));
      received += lease.length();
    } else {
      received += lease.length();
      lease.release();
    }
    swarm.react(this);
  }

  @Override
  public void onInputEnd() {
    hears("onInputEnd");
    require(!inputEnded, "the end of the input was told twice");
    inputEnded = true;
    requireWhole();
    swarm.react(this);
  }

  @Override
  public void onWritable() {
    hears("onWritable");
    require(wasFull, "onWritable was told although the queue was never full");
    require(transport.isWritable(), "onWritable was told of a queue that is full");
    wasFull = false;
    swarm.react(this);
  }

  @Override
  public void onSent() {
    hears("onSent");
    swarm.react(this);
  }

  @Override
  public void onReleased(Object owner) {
    Blocks.Block block = (Blocks.Block) owner;
    require(block.writer == this, "a write was released twice, or to another");
    require(!closeTold, "a write was released after the end");
    unreleased--;
    swarm.blocks.giveBack(block);
    if (!calling) {
      swarm.react(this);
    }
  }

  @Override
  public void onBroken(NativeIoException why) {
    hears("onBroken");
    require(!brokenTold && why != null, "onBroken was told twice, or without a cause");
    brokenTold = true;
    swarm.react(this);
  }

  @Override
  public void onClosed(IOException why) {
    hears("onClosed");
    closeTold = true;
    cause = why;
    require(unreleased == 0, "not all writes were released by the end");
    require(
        swarm.kernel.find(socketFd()) != socket, "the end was told before the descriptor closed");
    if (why == null && !abortCalled) {
      require(
          closeCalled || inputEnded && endWanted || swarm.isLoopClosing(),
          "the connection was closed, nobody wanted it, and it says not why");
      require(transport.sentBytes() == written, "closed in order, with bytes unsent");
    }
    if (isGivenUp()) {
      excuse();
    }
    swarm.onActorClosed(this);
  }

  private int socketFd() {
    return transport.fd();
  }

  /** At the end of everything. */
  void checkEnd() {
    require(closeTold, "the end was never told");
    Party other = other();
    if (isExcused() || other == null || other.isExcused() || socket.isDisturbed()) {
      return;
    }
    require(cause == null, "nothing was wrong, and yet it ended for a cause");
    if (!closeCalled && received != other.written) {
      throw violated("not all of " + other.written + " bytes came, and nothing was wrong");
    }
  }

  private void require(boolean condition, String what) {
    if (!condition) {
      throw violated(what);
    }
  }

  private AssertionError violated(String what) {
    return swarm.violated(what + ": " + this);
  }

  /** The input has ended in order: then it is whole. */
  private void requireWhole() {
    Party other = other();
    if (other == null) {
      return;
    }
    boolean cut = other.mayLookEnded();
    require(cut || other.endWanted || swarm.isLoopClosing(), "an end that the peer did not want");
    if (!cut && received != other.written) {
      throw violated("the input ended in order, but not after " + other.written + " bytes");
    }
  }

  @Override
  public String toString() {
    return "connection %d (fd %d, %s): written %d, sent %d, queued %d, received %d, %s%s%s%s%s%s"
        .formatted(
            number(),
            transport == null ? -1 : transport.fd(),
            socket,
            written,
            transport == null ? 0 : transport.sentBytes(),
            transport == null ? 0 : transport.queuedBytes(),
            received,
            reading ? "reading " : "",
            endWanted ? "output-ended " : "",
            inputEnded ? "input-ended " : "",
            closeCalled ? "close-called " : "",
            abortCalled ? "abort-called " : "",
            (closeTold ? "closed " + cause : "") + (socket.isClosed() ? " socket-closed" : ""));
  }
}
