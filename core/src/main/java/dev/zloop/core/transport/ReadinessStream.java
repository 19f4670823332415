package dev.zloop.core.transport;

import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.Errno;
import java.util.StringJoiner;

/**
 * A stream socket over readiness. Edges set flags; receives and sends use them up. One that the
 * kernel served only in part clears its flag, since the kernel then tells the next edge (epoll(7),
 * "Questions and answers", 9).
 */
final class ReadinessStream extends ReadinessHandle implements StreamIo {

  /** No connect(2) is going on. Not an errno, and not 0. */
  private static final int NOT_CONNECTING = 1;

  private StreamEvents events;

  /** The result of connect(2) while its end was not told; -EINPROGRESS until that is known. */
  private int connectResult = NOT_CONNECTING;

  /** The kernel may have bytes, an end or an error to receive. */
  private boolean readable;

  /** The kernel may take bytes, as it does from a new connection. */
  private boolean writable = true;

  /** An end or error was announced: no further edge will, so receive until it shows. */
  private boolean endAhead;

  /** Urgent data came: a receive may stop at its mark, and say nothing of what is behind. */
  private boolean hasMarks;

  private boolean receiving;

  /** Bytes that may still be received in a turn, which may serve it twice: backlog and event. */
  private int budget;

  private int budgetTurn = -1;

  /** onEof or onReceiveFailed was told. */
  private boolean inputEnded;

  /** What the send in flight sends from, or null. */
  private WriteQueue waitingSend;

  /** What onBroken or a failed send told, or 0. */
  private int brokenErrno;

  private boolean closed;

  ReadinessStream(ReadinessIo io, int fd, StreamEvents events) {
    super(io, fd);
    this.events = events;
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public void handOver(StreamEvents next) {
    events = next;
  }

  @Override
  void onReady(int readiness, int errno) {
    readable |= (readiness & ~Poller.WRITABLE) != 0;
    endAhead |= (readiness & (Poller.PEER_CLOSED | Poller.HANGUP | Poller.ERROR)) != 0;
    hasMarks |= (readiness & Poller.URGENT) != 0;
    writable |= (readiness & (Poller.WRITABLE | Poller.HANGUP | Poller.ERROR)) != 0;
    if (connectResult != NOT_CONNECTING) {
      finishConnect(errno);
    } else if ((readiness & Poller.ERROR) != 0) {
      breakOff(errno != 0 ? errno : io.calls().takeError(fd));
    }
    advance();
  }

  @Override
  void onBacklog() {
    if (connectResult != NOT_CONNECTING) {
      finishConnect(0);
    }
    advance();
  }

  @Override
  void onClosed() {
    events.onClosed();
  }

  private void advance() {
    if (!closed && waitingSend != null && writable) {
      retrySend();
    }
    if (!closed && receiving && !inBacklog) { // else its share of this turn is used up
      receive();
    }
    if (!closed && !receiving && endAhead && !inputEnded) {
      lookForEnd();
    }
  }

  // ---- connect

  void awaitConnect(int result) {
    connectResult = result;
    writable = false;
    if (result != -Errno.EINPROGRESS) {
      io.addToBacklog(this); // known at once, told later
    }
  }

  /** With the errno that was told, or 0: then SO_ERROR has the outcome. */
  private void finishConnect(int errno) {
    int result = connectResult;
    if (result == -Errno.EINPROGRESS) {
      if (!writable) {
        return;
      }
      result = -(errno != 0 ? errno : io.calls().takeError(fd));
    }
    connectResult = NOT_CONNECTING;
    writable = true;
    inputEnded = result < 0; // all that is told of a connection that never was
    events.onConnected(result);
  }

  // ---- receive

  @Override
  public void startReceiving() {
    receiving = true;
    if (readable && !inputEnded) {
      io.addToBacklog(this);
    }
  }

  @Override
  public void stopReceiving() {
    receiving = false;
    if (endAhead && !inputEnded) {
      io.addToBacklog(this);
    }
  }

  private void receive() {
    ReceiveBuffers buffers = io.receiveBuffers();
    if (budgetTurn != io.turn()) {
      budgetTurn = io.turn();
      budget = RECEIVE_BYTES_PER_TURN_MAX;
    }
    while (receiving && readable && !inputEnded && !closed) {
      if (budget <= 0) {
        io.addToBacklog(this);
        return;
      }
      int room = Math.min(buffers.room(), budget);
      int result = io.syscalls().recv(fd, buffers.address(), room, 0);
      if (result > 0) {
        budget -= result;
        readable = result == room || endAhead || hasMarks;
        Lease lease = buffers.lend(result);
        if (lease != null) {
          events.onReceived(lease);
        } else {
          endInput(Errno.ENOMEM); // for this stream lacks bytes from here on; the others go on
        }
      } else if (SocketCalls.isWouldBlock(result) && brokenErrno == 0) {
        readable = false;
      } else {
        endInput(-result);
      }
    }
  }

  /** Notices that the peer went although nothing is received, unless bytes wait before the end. */
  private void lookForEnd() {
    int result = io.calls().peek(fd);
    if (result <= 0 && (brokenErrno != 0 || !SocketCalls.isWouldBlock(result))) {
      endInput(-result);
    }
  }

  private void endInput(int errno) {
    inputEnded = true;
    readable = false;
    if (errno != 0 && brokenErrno == 0) {
      brokenErrno = errno;
    }
    if (brokenErrno != 0) {
      // The kernel tells an error once, and then plays the orderly end.
      events.onReceiveFailed(brokenErrno);
    } else {
      events.onEof();
    }
  }

  // ---- send

  @Override
  public int send(WriteQueue queue) {
    assert waitingSend == null && !queue.isEmpty();
    int result = writable ? sendNow(queue) : -Errno.EAGAIN;
    if (SocketCalls.isWouldBlock(result)) {
      waitingSend = queue;
      return SocketIo.IN_FLIGHT;
    }
    return result;
  }

  private int sendNow(WriteQueue queue) {
    int result = io.calls().send(fd, queue);
    writable = result == io.calls().bytesOffered();
    if (result < 0 && !SocketCalls.isWouldBlock(result)) {
      fail(-result);
    }
    return result;
  }

  /** The output failed, which the caller's result tells; the input ends in a later turn. */
  private void fail(int errno) {
    if (brokenErrno == 0) {
      brokenErrno = errno;
      endAhead = true;
      readable = true;
      io.addToBacklog(this);
    }
  }

  private void retrySend() {
    WriteQueue queue = waitingSend;
    int result = sendNow(queue);
    if (!SocketCalls.isWouldBlock(result)) {
      waitingSend = null;
      events.onSent(result);
    }
  }

  @Override
  public int shutdownOutput() {
    assert waitingSend == null;
    int result = io.calls().shutdownOutput(fd);
    if (result < 0) {
      fail(-result);
    }
    return result;
  }

  /** Nothing is ever with the kernel; what waits for it to be ready is much the same. */
  @Override
  public String inFlight() {
    StringJoiner awaited = new StringJoiner(", ", "waits to ", "").setEmptyValue("");
    if (connectResult != NOT_CONNECTING) {
      awaited.add("connect");
    }
    if (receiving && !readable) {
      awaited.add("receive");
    }
    if (waitingSend != null) {
      awaited.add("send");
    }
    return awaited.toString();
  }

  // ---- end

  private void breakOff(int errno) {
    if (errno != 0 && brokenErrno == 0) {
      brokenErrno = errno;
      events.onBroken(errno);
    }
  }

  @Override
  public void close(boolean reset) {
    if (closed) {
      return;
    }
    closed = true;
    waitingSend = null;
    if (reset) {
      io.calls().armReset(fd);
    }
    io.close(this);
  }
}
