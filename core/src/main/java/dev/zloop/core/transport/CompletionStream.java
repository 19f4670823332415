package dev.zloop.core.transport;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLERR;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLHUP;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLOUT;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLRDHUP;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.uring.Completor;
import java.util.StringJoiner;

/**
 * A stream socket over completions. In flight are, at the most, a connect; or a receive, a send,
 * and a poll that notices the peer's going while nothing is received.
 *
 * <p>A receive is multishot where the kernel bounds it, and ends by itself when it has brought so
 * much. Stopping therefore leaves it where it is: if nothing comes until it is started again,
 * nothing was to be done. The first bytes that come to a stopped stream cancel it.
 */
final class CompletionStream extends CompletionHandle implements StreamIo {

  /**
   * What one completion brings; and what a receive brings until it has to be armed again, exceeded
   * by less than that. So what was armed when receiving stops keeps the overshoot's bound.
   */
  static final int RECEIVE_BYTES_MAX = 128 << 10;

  static final int RECEIVE_TOTAL_BYTES_MAX = 128 << 10;

  private StreamEvents events;

  /** Of the connect that was not queued yet, or null. */
  private byte[] address;

  /** Nothing else happens until the connect has ended. */
  private boolean connecting;

  private boolean receiving;
  private Multishot receive = Multishot.IDLE;

  /** The receive in flight is to bring what there is, and not to wait. */
  private boolean receiveDoesNotWait;

  /** Bytes came since receiving was stopped: no more of them. */
  private boolean overshot;

  private boolean pollInFlight;

  /** The poll would tell nothing new, again and again. */
  private boolean pollOver;

  /** An end or error was announced: look for it whenever receiving is off. */
  private boolean endAhead;

  /** The poll told of an error: the end of the input is no orderly one, though it looks like it. */
  private boolean errorAhead;

  /** onEof or onReceiveFailed was told. */
  private boolean inputEnded;

  /** What onBroken or a failed send told, or 0. */
  private int brokenErrno;

  /** What the send that was asked for sends from, or null. */
  private WriteQueue sending;

  /** True exactly while the kernel may still read the memory of that send. */
  private boolean sendInFlight;

  private boolean reset;

  CompletionStream(CompletionIo io, int fd, StreamEvents events) {
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
  boolean reconcileOpen() {
    if (connecting) {
      return address == null || queueConnect();
    }
    return (sending == null || sendInFlight || queueSend()) && reconcileReceive() && awaitEnd();
  }

  @Override
  void onCompletion(int kind, Completor completion) {
    switch (kind) {
      case CompletionIo.RECV -> onReceived(completion);
      case CompletionIo.SEND -> onSent(completion.result());
      case CompletionIo.POLL -> onPolled(completion);
      case CompletionIo.CONNECT -> onConnected(completion.result());
      default -> throw new AssertionError("a completion of kind " + kind);
    }
  }

  // ---- connect

  /** Before all else. The address is read before this returns. */
  void connect(long sockaddr, int length) {
    connecting = true;
    address = new byte[length];
    Memory.copyOut(sockaddr, address, 0, length);
  }

  private boolean queueConnect() {
    long sockaddr = io.submissionMemory().take(address.length);
    if (sockaddr == 0) {
      return false;
    }
    Memory.copyIn(address, 0, address.length, sockaddr);
    long userData = userData(CompletionIo.CONNECT);
    boolean queued = started(io.completor().connect(fd, sockaddr, address.length, userData));
    if (queued) {
      address = null;
    }
    return queued;
  }

  private void onConnected(int result) {
    connecting = false;
    inputEnded = result < 0; // all that is told of a connection that never was
    pollOver = inputEnded;
    io.markDirty(this);
    events.onConnected(result);
  }

  // ---- receive

  @Override
  public void startReceiving() {
    receiving = true;
    overshot = false;
    if (receive == Multishot.IDLE) {
      io.markDirty(this);
    }
  }

  @Override
  public void stopReceiving() {
    receiving = false;
    if (receive == Multishot.IDLE) {
      onIdle();
    }
  }

  private boolean reconcileReceive() {
    return switch (receive) {
      case IDLE -> !receiving || inputEnded || queueReceive();
      case ARMED -> !isReceiveUnwanted() || cancelReceive();
      case CANCELLED -> true; // the next one only after this one's end
    };
  }

  /** After an error there may be nothing left that would end a receive that waits. */
  private boolean isReceiveUnwanted() {
    return inputEnded || !receiving && overshot || brokenErrno != 0 && !receiveDoesNotWait;
  }

  private boolean queueReceive() {
    receiveDoesNotWait = brokenErrno != 0;
    int flags = receiveDoesNotWait ? SocketConstants.MSG_DONTWAIT : 0;
    long userData = userData(CompletionIo.RECV);
    Completor completor = io.completor();
    boolean queued =
        completor.capsMultishot()
            ? completor.recvMultishot(
                fd, flags, RECEIVE_BYTES_MAX, RECEIVE_TOTAL_BYTES_MAX, userData)
            : completor.recv(fd, flags, RECEIVE_BYTES_MAX, userData);
    if (queued) {
      receive = Multishot.ARMED;
    }
    return started(queued);
  }

  private boolean cancelReceive() {
    boolean queued = io.completor().cancel(userData(CompletionIo.RECV));
    if (queued) {
      receive = Multishot.CANCELLED;
    }
    return queued;
  }

  private void onReceived(Completor completion) {
    int result = completion.result();
    boolean over = !completion.hasMore();
    if (over) {
      receive = Multishot.IDLE;
    }
    if (result > 0) {
      onBytes(completion.bufferId(), result, completion.bufferHasMore());
    } else {
      io.discard(CompletionIo.RECV);
      onNoBytes(result);
    }
    if (over && !isClosed()) {
      onIdle();
    }
  }

  private void onBytes(int bufferId, int length, boolean bufferHasMore) {
    if (inputEnded) {
      io.buffers().discard(bufferId, length, bufferHasMore);
      return;
    }
    if (!receiving) {
      overshot = true;
      io.markDirty(this);
    }
    Lease lease = io.buffers().lend(bufferId, length, bufferHasMore);
    if (lease != null) {
      events.onReceived(lease);
    } else {
      endInput(Errno.ENOMEM); // for this stream lacks bytes from here on; the others go on
    }
  }

  private void onNoBytes(int result) {
    if (inputEnded) {
      return;
    }
    if (result == -Errno.ENOBUFS) {
      io.buffers().onExhausted();
    } else if (SocketCalls.isWouldBlock(result) && receiveDoesNotWait) {
      endInput(brokenErrno);
    } else if (!isToBeRepeated(result)) {
      endInput(-result);
    }
  }

  /** The kernel did nothing, for a reason that is not the connection's. */
  private static boolean isToBeRepeated(int result) {
    return result == -Errno.ECANCELED || result == -Errno.EINTR || result == -Errno.EAGAIN;
  }

  private void endInput(int errno) {
    inputEnded = true;
    io.markDirty(this);
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

  // ---- the end, where nothing is received

  /** No receive is in flight: the next one is due, or something else that notices the end. */
  private void onIdle() {
    io.markDirty(this);
    if (!receiving && endAhead && !inputEnded) {
      io.addToBacklog(this);
    }
  }

  /** Keeps a poll in flight, since the peer may also go where nothing is received. */
  private boolean awaitEnd() {
    if (receive != Multishot.IDLE || pollInFlight || pollOver || brokenErrno != 0) {
      return true;
    }
    // Once the end was announced, only what comes unasked is news: a reset, or the end of both
    // sides.
    int awaited = endAhead ? 0 : EPOLLRDHUP;
    pollInFlight = started(io.completor().pollMultishot(fd, awaited, userData(CompletionIo.POLL)));
    return pollInFlight;
  }

  private void onPolled(Completor completion) {
    int result = completion.result();
    pollInFlight = completion.hasMore();
    if (!pollInFlight) {
      io.markDirty(this);
    }
    if (result == -Errno.ECANCELED || result == -Errno.EINTR) {
      return;
    }
    endAhead = true;
    pollOver |= result < 0 || (result & (EPOLLERR | EPOLLHUP)) != 0;
    if (result < 0) {
      breakOff(-result);
    } else if ((result & EPOLLERR) != 0) {
      errorAhead = true;
      breakOff(io.calls().takeError(fd));
    }
    lookForEnd();
  }

  @Override
  void onBacklog() {
    lookForEnd();
  }

  /** Notices that the peer went although nothing is received, unless bytes wait before the end. */
  private void lookForEnd() {
    if (isClosed() || receiving || receive != Multishot.IDLE || inputEnded) {
      return;
    }
    int result = io.calls().peek(fd);
    if (result == 0 && errorAhead && brokenErrno == 0) {
      if (sendInFlight) {
        return; // it was told the error, which the kernel tells once, and is about to tell it here
      }
      result = -Errno.ECONNRESET;
    }
    if (result <= 0 && (brokenErrno != 0 || !SocketCalls.isWouldBlock(result))) {
      endInput(-result);
    }
  }

  // ---- send

  @Override
  public int send(WriteQueue queue) {
    assert sending == null && !queue.isEmpty();
    if (queue.isFile(0)) {
      int result = io.calls().sendFile(fd, queue);
      if (!SocketCalls.isWouldBlock(result)) {
        return completed(result);
      }
    }
    sending = queue;
    io.markDirty(this);
    return SocketIo.IN_FLIGHT;
  }

  private boolean queueSend() {
    long userData = userData(CompletionIo.SEND);
    Completor completor = io.completor();
    boolean queued;
    if (sending.isFile(0)) { // io_uring has no sendfile: wait until the socket takes bytes
      queued = completor.poll(fd, EPOLLOUT, userData);
    } else if (sending.count() == 1) {
      queued =
          completor.send(
              fd, sending.address(0), sending.length(0), SocketConstants.MSG_NOSIGNAL, userData);
    } else {
      long message = io.submissionMemory().message(sending);
      queued =
          message != 0 && completor.sendmsg(fd, message, SocketConstants.MSG_NOSIGNAL, userData);
    }
    sendInFlight = queued;
    return started(queued);
  }

  private void onSent(int result) {
    sendInFlight = false;
    int sent = result >= 0 && sending.isFile(0) ? io.calls().sendFile(fd, sending) : result;
    if (isToBeRepeated(sent)) {
      io.markDirty(this);
      return;
    }
    sending = null;
    if (sent >= 0 && errorAhead) {
      reconsiderReceive(); // it was not this send that was told the error
    }
    events.onSent(completed(sent));
  }

  private int completed(int result) {
    if (result < 0) {
      fail(-result);
    }
    return result;
  }

  /** The output failed, which the caller is told; the input ends in a later turn. */
  private void fail(int errno) {
    if (brokenErrno == 0) {
      brokenErrno = errno;
      endAhead = true;
      reconsiderReceive();
    }
  }

  /** The stream broke: a receive that waits may do so for ever. */
  private void reconsiderReceive() {
    if (receive == Multishot.IDLE) {
      onIdle();
    } else {
      io.markDirty(this);
    }
  }

  @Override
  public int shutdownOutput() {
    assert sending == null;
    int result = io.calls().shutdownOutput(fd);
    if (result < 0) {
      fail(-result);
    }
    return result;
  }

  @Override
  public String inFlight() {
    StringJoiner operations = new StringJoiner(", ", "in flight: ", "").setEmptyValue("");
    if (connecting) {
      operations.add("connect");
    }
    if (receive != Multishot.IDLE) {
      operations.add(receive == Multishot.ARMED ? "receive" : "receive, cancelled");
    }
    if (sendInFlight) {
      operations.add("send");
    }
    if (pollInFlight) {
      operations.add("poll");
    }
    return operations.toString();
  }

  // ---- end

  private void breakOff(int errno) {
    if (errno != 0 && brokenErrno == 0) {
      brokenErrno = errno;
      reconsiderReceive();
      events.onBroken(errno);
    }
  }

  @Override
  public void close(boolean withReset) {
    if (!isClosed()) {
      reset = withReset;
      requestClose();
    }
  }

  @Override
  void beforeClose() {
    if (reset) {
      io.calls().armReset(fd);
    }
  }

  @Override
  void onClosed() {
    events.onClosed();
  }
}
