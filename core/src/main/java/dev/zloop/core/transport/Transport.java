package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopResource;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * A connected stream: reading on demand, a bounded write queue, half-close, and an end that loses
 * nothing. It exists once, over every backend; what the kernel does is behind {@link StreamIo}.
 *
 * <p>For the loop's thread, all of it. The life of a transport:
 *
 * <pre>
 *   OPEN --close--> FLUSHING --all sent--> DRAINING --end of input or deadline--> CLOSING --> CLOSED
 *     \------------------------ abort, failure, the loop closes ---------------------^
 * </pre>
 *
 * <p>A graceful close drains the input, and throws it away, because a socket that is closed with
 * unread input makes the kernel reset the connection and destroy what the peer has not read yet
 * (RFC 1122, 4.2.2.13).
 */
public final class Transport implements LoopResource {

  private enum State {
    OPEN,
    FLUSHING,
    DRAINING,
    CLOSING,
    CLOSED
  }

  private final EventLoop loop;
  private final TransportOptions options;
  private final TransportHandler handler;
  private final ConnectionFlight flight;
  private StreamIo io;

  private State state = State.OPEN;

  /** Why the transport ended, or will have ended; null as long as that is in order. */
  private IOException cause;

  private Duration closeTimeout;
  private Timer closeTimer;

  private final Input input;
  private final Output output;
  private boolean outputEndWanted;
  private boolean outputEnded;

  private Transport(
      EventLoop loop,
      TransportOptions options,
      boolean accepted,
      Function<Transport, TransportHandler> handlers) {
    this.loop = loop;
    this.flight = new ConnectionFlight(loop, accepted);
    this.options = options;
    this.closeTimeout = options.closeTimeout();
    this.input = new Input(loop, new InputOwner());
    this.output = new Output(loop, options, new OutputOwner());
    this.handler = new GuardedHandler(handlers.apply(this), this::onHandlerFailed);
  }

  /**
   * Makes a transport of a connected socket, which was accepted as a rule. It reads nothing until
   * it is told to.
   *
   * @param fd the descriptor; the transport's on success, still the caller's on failure
   * @param handlers makes the handler, which may use the transport once this call has returned
   * @throws NativeIoException if the kernel cannot watch the socket
   */
  public static Transport open(
      EventLoop loop,
      int fd,
      TransportOptions options,
      Function<Transport, TransportHandler> handlers)
      throws NativeIoException {
    Transport transport = new Transport(loop, options, true, handlers);
    transport.begin(SocketIo.of(loop).openStream(fd, transport.new Events()));
    return transport;
  }

  /** As {@link #open}, of a stream that has connected; within {@link StreamEvents#onConnected}. */
  public static Transport adopt(
      EventLoop loop,
      StreamIo connected,
      TransportOptions options,
      Function<Transport, TransportHandler> handlers) {
    Transport transport = new Transport(loop, options, false, handlers);
    connected.handOver(transport.new Events());
    transport.begin(connected);
    return transport;
  }

  private void begin(StreamIo stream) {
    io = stream;
    input.attach(stream);
    output.attach(stream);
    loop.add(this);
    loop.addConnection();
    flight.opened(stream.fd());
  }

  /** The loop that this transport lives on, for its whole life. */
  public EventLoop loop() {
    return loop;
  }

  /** The descriptor, for options and messages; not to close. */
  public int fd() {
    return io.fd();
  }

  /** The limits that it was made with. */
  public TransportOptions options() {
    return options;
  }

  // ---- reading

  /** Asks for what arrives, until further notice; nothing is delivered within this call. */
  public void startReading() {
    assert loop.inLoop();
    input.start();
  }

  /**
   * Nothing is delivered from here on. What the kernel may still bring up, {@link
   * StreamIo#OVERSHOOT_BYTES_MAX} at the most, is parked; then the peer feels the TCP window.
   */
  public void stopReading() {
    assert loop.inLoop();
    input.stop();
  }

  // ---- writing

  /**
   * Whether the write queue has room: from its high mark on it has none, until it has come down to
   * its low one, which {@link TransportHandler#onWritable} tells. A queue that gets full and empty
   * again within one {@link #flush} tells nothing: ask afterwards.
   */
  public boolean isWritable() {
    return outputIsOpen() && !output.isFull();
  }

  private boolean outputIsOpen() {
    return state == State.OPEN && !outputEndWanted && cause == null;
  }

  /** Bytes that the kernel has not taken yet. */
  public long queuedBytes() {
    return output.queuedBytes();
  }

  /** Bytes that the kernel has taken, in all. What was dropped, because the end came, is not. */
  public long sentBytes() {
    return output.sentBytes();
  }

  /** How many bytes the queue takes until it is full; 0 if it is, or if the output has ended. */
  public long writableBytes() {
    return isWritable() ? options.writeQueueHighBytes() - output.queuedBytes() : 0;
  }

  /**
   * Queues bytes; {@link #flush} sends them. The queue takes a write of any size: whoever writes
   * while it {@linkplain #isWritable is full} makes it unbounded.
   *
   * @param address native memory that stays as it is until the owner is released
   * @param length bytes, 0 or more
   * @param owner told to {@link TransportHandler#onReleased} once, in any case; or null, if nobody
   *     is to be told
   * @return false if the output has ended or the transport closes: the bytes were dropped
   */
  public boolean write(long address, int length, Object owner) {
    assert loop.inLoop();
    boolean taken = outputIsOpen();
    if (!taken || length == 0) {
      handler.onReleased(owner);
      return taken;
    }
    output.add(address, length, owner);
    return true;
  }

  /**
   * As {@link #write(long, int, Object)}, from position to limit, which are not changed.
   *
   * @throws IllegalArgumentException if the buffer is not a direct one; nothing was taken
   */
  public boolean write(ByteBuffer bytes, Object owner) {
    return write(Memory.addressOf(bytes), bytes.remaining(), owner);
  }

  /**
   * Queues a part of a file, between the writes before and after it; {@link #flush} sends it,
   * without its passing through this process where the kernel can (sendfile(2)).
   *
   * <p>The bytes of a file count in {@link #queuedBytes} and against the marks as all others do,
   * although they take no memory: what is written behind them waits for them, and takes some. They
   * are read as the peer takes them, no more than 1 MiB a turn and by calls of 256 KiB. A call
   * holds the loop up while the disk is slow and the file not in memory: a file that may be either
   * is better read elsewhere.
   *
   * <p>A file that cannot be read, or that ends before its length here, breaks the connection,
   * because the peer lacks bytes that it was to have: {@link TransportHandler#onBroken}.
   *
   * @param file a descriptor for reading, not moved, and open until the owner is released
   * @param position where the part begins, in bytes, 0 or more
   * @param length bytes, 0 or more
   * @param owner as for {@link #write(long, int, Object)}
   * @return false if the output has ended or the transport closes: nothing was taken
   */
  public boolean writeFile(int file, long position, long length, Object owner) {
    assert loop.inLoop();
    if (file < 0 || position < 0 || length < 0 || position > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException(
          "file fd " + file + ", " + length + " bytes from " + position);
    }
    boolean taken = outputIsOpen();
    if (!taken || length == 0) {
      handler.onReleased(owner);
      return taken;
    }
    output.addFile(file, position, length, owner);
    return true;
  }

  /** Sends what is queued: at once as far as the kernel takes it, and the rest when it does. */
  public void flush() {
    assert loop.inLoop();
    if (output.flush()) {
      onAllSent();
    }
  }

  private void onAllSent() {
    if (state == State.FLUSHING) {
      finishFlushing();
    } else if (state == State.OPEN && outputEndWanted && cause == null) {
      endOutput();
      closeIfBothEnded();
    }
  }

  /** Ends the output once what is queued has been sent; the peer reads to its end. Idempotent. */
  public void shutdownOutput() {
    assert loop.inLoop();
    if (outputIsOpen()) {
      outputEndWanted = true;
      flush();
    }
  }

  private void endOutput() {
    if (outputEnded) {
      return;
    }
    int result = io.shutdownOutput();
    if (result < 0) {
      breakOff("shutdown", -result);
    } else {
      outputEnded = true;
    }
  }

  // ---- the end

  private void closeIfBothEnded() {
    if (state == State.OPEN && input.isEndTold() && outputEnded) {
      closeIo(false);
    }
  }

  /**
   * Closes gracefully: sends what is queued, ends the output, drains the input until the peer has
   * ended it too, and closes. Nothing is delivered any more. Idempotent. A peer that takes nothing
   * for {@link TransportOptions#closeTimeout}, or what was set instead, is aborted; one that does
   * not end its output within that time is not waited for.
   */
  public void close() {
    assert loop.inLoop();
    if (state != State.OPEN) {
      return;
    }
    state = State.FLUSHING;
    flight.ending();
    input.discard();
    if (cause != null) {
      closeIo(true);
      return;
    }
    if (!input.isEnded()) {
      // From now on, since a peer may take nothing before it has sent all it has.
      io.startReceiving();
    }
    startCloseTimer();
    flush();
  }

  /** Waits for that long from now on, positive, where a graceful close waits for the peer. */
  public void closeTimeout(Duration timeout) {
    assert loop.inLoop();
    assert timeout.isPositive();
    closeTimeout = timeout;
  }

  private void finishFlushing() {
    endOutput();
    if (state != State.FLUSHING) {
      return; // broken, and therefore closed
    }
    if (input.isEnded()) {
      closeIo(false);
    } else {
      state = State.DRAINING;
      startCloseTimer();
    }
  }

  private void startCloseTimer() {
    stopCloseTimer();
    try {
      closeTimer = loop.schedule(this::onCloseTimeout, closeTimeout);
    } catch (RejectedExecutionException loopCloses) {
      // Then no timer is needed: onLoopClosing is about to come.
    }
  }

  private void stopCloseTimer() {
    if (closeTimer != null) {
      closeTimer.cancel();
      closeTimer = null;
    }
  }

  private void onCloseTimeout() {
    if (state == State.FLUSHING) {
      String operation = "close(fd " + fd() + "), the peer not taking " + queuedBytes() + " bytes";
      abort(new NativeIoException(operation, Errno.ETIMEDOUT));
    } else {
      closeIo(false);
    }
  }

  /** Closes at once; what is unsent and unread is lost, and the peer sees a reset. Idempotent. */
  public void abort() {
    abort(null);
  }

  /**
   * As {@link #abort()}.
   *
   * @param why told to {@link TransportHandler#onClosed}, unless there is a cause already; or null
   */
  public void abort(IOException why) {
    assert loop.inLoop();
    if (isEnding()) {
      return;
    }
    if (cause == null) {
      cause = why;
    }
    closeIo(true);
  }

  private boolean isEnding() {
    return state == State.CLOSING || state == State.CLOSED;
  }

  /**
   * Idempotent: an owner that is released on the way here may abort. With a reset where bytes are
   * missing, so that the peer does not take what it has for the whole.
   */
  private void closeIo(boolean reset) {
    if (isEnding()) {
      return;
    }
    state = State.CLOSING;
    stopCloseTimer();
    input.discard();
    flight.closing(reset);
    io.close(reset);
  }

  /** The connection is gone; what had arrived before may still be read. */
  private void breakOff(String call, int errno) {
    breakOff(new NativeIoException(call + "(fd " + fd() + ")", errno));
  }

  private void breakOff(NativeIoException broken) {
    if (cause != null) {
      return;
    }
    cause = broken;
    output.drop();
    if (state == State.OPEN && !input.isEndTold()) {
      loop.defer(() -> tellBroken(broken));
    } else {
      closeIo(true); // nothing is left to read
    }
  }

  private void tellBroken(NativeIoException broken) {
    if (state == State.OPEN) {
      handler.onBroken(broken);
    }
  }

  private void onHandlerFailed(Throwable error) {
    loop.report(error);
    abort(new IOException("the handler of fd " + fd() + " failed", error));
  }

  @Override
  public String kind() {
    return "connections";
  }

  @Override
  public String describe() {
    String fd = "fd " + fd();
    if (isEnding()) { // the descriptor may be closed, and its number another's
      return fd + ": closing";
    }
    return fd
        + ", "
        + Endpoints.text(SocketIo.of(loop).syscalls(), fd())
        + ": "
        + state.toString().toLowerCase(Locale.ROOT)
        + ", "
        + input.describe()
        + (outputEnded ? ", output ended" : ", " + queuedBytes() + " bytes unsent")
        + (cause == null ? "" : ", broken: " + cause.getMessage())
        + after("; ", io.inFlight())
        + after("; ", handler.describe());
  }

  private static String after(String separator, String text) {
    return text.isEmpty() ? "" : separator + text;
  }

  @Override
  public void onLoopClosing() {
    if (isEnding()) {
      return;
    }
    boolean missing = cause != null || !output.isEmpty();
    if (cause == null && (state == State.OPEN || missing)) {
      cause =
          new IOException(
              "loop " + loop.name() + " was closed, with " + queuedBytes() + " bytes unsent");
    }
    closeIo(missing);
  }

  /** The kernel has let go of everything by now; what remains is to say so. */
  @Override
  public void onLoopStopped(Throwable defect) {
    if (cause == null) {
      cause = new IOException("loop " + loop.name() + " stopped because of a defect", defect);
    }
    input.discard();
    ended();
  }

  private void ended() {
    state = State.CLOSED;
    output.onClosed();
    loop.removeConnection();
    flight.closed(cause, output.sentBytes());
    handler.onClosed(cause);
  }

  /** From the seam, once: in order, or, while the transport is open, with the cause set. */
  private void endInput() {
    flight.ending();
    input.end();
    if (state == State.DRAINING) {
      closeIo(false);
    }
  }

  /** What follows from receiving. */
  private final class InputOwner implements Input.Owner {

    @Override
    public boolean mayDeliver() {
      return state == State.OPEN;
    }

    @Override
    public void onReceived(Lease lease) {
      handler.onReceived(lease);
    }

    @Override
    public void onEnd() {
      if (cause != null) {
        closeIo(true);
        return;
      }
      handler.onInputEnd();
      closeIfBothEnded();
    }
  }

  /** The completions of the seam. Within the transport, so that its own users do not see them. */
  private final class Events implements StreamEvents {

    @Override
    public void onConnected(int result) {
      throw new AssertionError("a connected stream connected again");
    }

    @Override
    public void onReceived(Lease lease) {
      flight.received(lease.length());
      input.receive(lease);
    }

    @Override
    public void onEof() {
      endInput();
    }

    @Override
    public void onReceiveFailed(int errno) {
      breakOff("recv", errno);
      if (state == State.OPEN) {
        endInput();
      }
    }

    @Override
    public void onSent(int result) {
      output.onSent(result);
    }

    @Override
    public void onBroken(int errno) {
      breakOff("connection", errno);
    }

    @Override
    public void onClosed() {
      loop.remove(Transport.this);
      ended();
    }
  }

  /** What follows from sending. */
  private final class OutputOwner implements Output.Owner {

    @Override
    public boolean maySend() {
      return (state == State.OPEN || state == State.FLUSHING) && cause == null;
    }

    @Override
    public void onReleased(Object writeOwner) {
      handler.onReleased(writeOwner);
    }

    @Override
    public void onSendFailed(int errno) {
      if (output.isAtFile()) {
        String advice = errno == Errno.EIO ? "it cannot be read, or is shorter than that" : "";
        String operation = "sendfile(fd " + fd() + "), " + output.fileText();
        breakOff(new NativeIoException(operation, errno, advice));
      } else {
        breakOff("send", errno);
      }
    }

    @Override
    public void onProgress(boolean hasRoomAgain) {
      if (state == State.OPEN) {
        handler.onSent();
      }
      if (hasRoomAgain && isWritable()) {
        handler.onWritable();
      }
      if (output.isEmpty()) {
        onAllSent();
      } else if (state == State.FLUSHING) {
        startCloseTimer(); // anew: the peer took something
      }
    }
  }
}
