package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.EpollConstants;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.uring.Completor;

/**
 * A datagram socket over completions: a multishot poll tells that there are datagrams, and system
 * calls that take several at a time fetch them. Receives of io_uring itself would cost a completion
 * for each, and cut it where little is left of a buffer that is consumed bit by bit.
 */
final class CompletionDatagrams extends CompletionHandle
    implements DatagramIo, DatagramPump.Waiting {
  private final DatagramEvents events;
  private final DatagramPump pump;

  private boolean pollInFlight;
  private boolean outputWanted;
  private boolean outputPollInFlight;

  CompletionDatagrams(CompletionIo io, int fd, DatagramSettings settings, DatagramEvents events) {
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
    if (!isClosed()) {
      requestClose();
    }
  }

  @Override
  boolean reconcileOpen() {
    if (!pollInFlight) {
      // POLLERR, by which errors of the network are told, comes unasked.
      pollInFlight =
          started(
              io.completor()
                  .pollMultishot(fd, EpollConstants.EPOLLIN, userData(CompletionIo.POLL)));
    }
    if (outputWanted && !outputPollInFlight) {
      outputPollInFlight =
          started(io.completor().poll(fd, EpollConstants.EPOLLOUT, userData(CompletionIo.SEND)));
    }
    return pollInFlight && outputPollInFlight == outputWanted;
  }

  // ---- for the pump

  @Override
  public boolean hasClosed() {
    return isClosed();
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
    outputWanted = true;
    io.markDirty(this);
    return 0;
  }

  // ---- completions

  @Override
  void onCompletion(int kind, Completor completion) {
    int result = completion.result();
    if (kind == CompletionIo.SEND) {
      outputPollInFlight = false;
      outputWanted = false;
      pump.onWritable();
      return;
    }
    if (!completion.hasMore()) {
      pollInFlight = false;
      io.markDirty(this);
    }
    if (result >= 0) {
      onPolled(result);
    } else if (result != -Errno.ECANCELED && result != -Errno.EINTR) {
      events.onError(-result);
    }
  }

  private void onPolled(int readiness) {
    if ((readiness & EpollConstants.EPOLLERR) != 0) {
      pump.onError(0);
    }
    if (!isClosed() && (readiness & EpollConstants.EPOLLIN) != 0) {
      pump.onReadable();
    }
  }

  @Override
  void onBacklog() {
    pump.onBacklog();
  }

  @Override
  void beforeClose() {}

  @Override
  void onClosed() {
    events.onClosed();
  }
}
