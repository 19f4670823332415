package dev.zloop.core.transport;

import dev.zloop.nativereactor.poll.Poller;

/**
 * A datagram socket over readiness. It is watched for datagrams only, until a send finds no room:
 * each datagram that leaves makes room, and would be an event of its own.
 */
final class ReadinessDatagrams extends ReadinessHandle implements DatagramIo, DatagramPump.Waiting {
  static final int INTEREST = Poller.READABLE;

  private final DatagramEvents events;
  private final DatagramPump pump;
  private boolean watchesOutput;
  private boolean closed;

  ReadinessDatagrams(ReadinessIo io, int fd, DatagramSettings settings, DatagramEvents events) {
    super(io, fd);
    this.events = events;
    this.pump = new DatagramPump(fd, settings, events, io.calls(), this);
  }

  // ---- requests

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public void request(long count) {
    pump.request(count);
  }

  @Override
  public void stopReceiving() {
    pump.stopReceiving();
  }

  @Override
  public long dropped() {
    return pump.dropped();
  }

  @Override
  public int send(DatagramQueue queue) {
    return pump.send(queue);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      io.close(this);
    }
  }

  // ---- for the pump

  @Override
  public boolean hasClosed() {
    return closed;
  }

  @Override
  public int turn() {
    return io.turn();
  }

  @Override
  public void comeBack() {
    io.addToBacklog(this);
  }

  @Override
  public int awaitWritable() {
    int result = io.watch(this, INTEREST | Poller.WRITABLE);
    watchesOutput = result >= 0;
    return result;
  }

  // ---- events

  @Override
  void onReady(int readiness, int errno) {
    if ((readiness & Poller.ERROR) != 0) {
      pump.onError(errno);
    }
    if (!closed && watchesOutput && (readiness & Poller.WRITABLE) != 0) {
      watchesOutput = false;
      io.watch(this, INTEREST);
      pump.onWritable();
    }
    if (!closed && (readiness & Poller.READABLE) != 0) {
      pump.onReadable();
    }
  }

  @Override
  void onBacklog() {
    pump.onBacklog();
  }

  @Override
  void onClosed() {
    events.onClosed();
  }
}
