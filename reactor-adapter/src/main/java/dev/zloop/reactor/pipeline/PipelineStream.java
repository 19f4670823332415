package dev.zloop.reactor.pipeline;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.stream.ByteStreamUser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * A stream whose bytes Netty's handlers make of those of the stream below. Demand, room in the
 * queue, half-close, close and failure pass through; what handlers bring up beyond the demand, of
 * one buffer from below at the most, is parked.
 */
public final class PipelineStream implements ByteStream, ByteStreamUser {
  private final ByteStream lower;
  private final PipelineListener listener;
  private final PipelineChannel channel;

  /** Of bytes that the stream below was given before this one came. */
  private final long writtenBefore;

  private ByteStreamUser user;

  private boolean reading;
  private final ArrayDeque<ByteBuf> parked = new ArrayDeque<>(2);
  private boolean deliveryDue;
  private boolean inputEnded;
  private boolean inputEndTold;
  private IOException inputFailure;

  /** Of the user's bytes. */
  private long sentBytes;

  /** Of the user's bytes, those that handlers or the queue have. */
  private long unsentBytes;

  /** The user was told of no room, because of what handlers kept. */
  private boolean heldUp;

  /** The user is within a call to this, and is not to be called. */
  private boolean called;

  private boolean outputEnded;
  private boolean broken;

  /** The user is done with this: nothing is delivered any more. */
  private boolean closing;

  private boolean lowerClosed;
  private boolean closedTold;
  private IOException failure;

  /**
   * @param lower whose user is to be this
   * @param writtenBefore bytes that were written to the stream below, in all
   */
  public PipelineStream(ByteStream lower, long writtenBefore, PipelineListener listener) {
    this.lower = lower;
    this.writtenBefore = writtenBefore;
    this.listener = listener;
    this.channel = new PipelineChannel(lower, writtenBefore, this::onChannelClosed);
  }

  /** Who hears of this from now on. Before {@link #begin}. */
  public void use(ByteStreamUser newUser) {
    user = newUser;
  }

  /** Puts the handlers in, tells them that the channel is active, and reads for them once. */
  public void begin(Consumer<? super ChannelPipeline> handlers) {
    handlers.accept(channel.pipeline());
    channel.pipeline().addLast("zloop", new Tail());
    new LoopExecutor(lower.loop()).register(channel);
    if (channel.isOpen()) {
      channel.read();
    }
  }

  @Override
  public EventLoop loop() {
    return lower.loop();
  }

  @Override
  public SocketAddress localAddress() {
    return lower.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return lower.remoteAddress();
  }

  // ---- reading

  @Override
  public void startReading() {
    if (reading || closing) {
      return;
    }
    reading = true;
    if (!parked.isEmpty() || inputEnded) {
      deliverLater();
    } else if (channel.isOpen()) {
      channel.read();
    }
  }

  @Override
  public void stopReading() {
    reading = false; // what was asked for below may still come, and is parked
  }

  private void deliverLater() {
    if (!deliveryDue) {
      deliveryDue = true;
      loop().defer(this::deliverParked);
    }
  }

  private void deliverParked() {
    deliveryDue = false;
    while (reading && !closing && !parked.isEmpty()) {
      user.onReceived(parked.poll());
    }
    if (!parked.isEmpty()) {
      return;
    }
    if (inputEnded) {
      tellInputEnd();
    } else if (reading && channel.isOpen()) {
      channel.read();
    }
    tellClosedIfDone();
  }

  @Override
  public void onReceived(ByteBuf buffer) {
    channel.receive(buffer);
  }

  /** From the pipeline's end: takes the buffer. */
  private void deliver(ByteBuf buffer) {
    if (closing || inputEnded) {
      buffer.release();
    } else if (reading && parked.isEmpty()) {
      user.onReceived(buffer);
    } else {
      parked.add(buffer);
    }
  }

  /** From the stream below; and again, by a listener that could not say yet what that means. */
  @Override
  public void onInputEnd(IOException belowFailed) {
    PipelineListener.InputEnd end = listener.onInputEnd();
    if (end.isKnown()) {
      // Only now: at this event decoders give up what they have not decoded yet.
      channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      endInput(belowFailed == null ? end.failure() : belowFailed);
    }
  }

  /**
   * Ends the input of the user, once what is parked was received. The first counts.
   *
   * @param why the input has not ended in order; or null
   */
  void endInput(IOException why) {
    if (inputEnded) {
      return;
    }
    inputEnded = true;
    inputFailure = why;
    if (parked.isEmpty()) {
      deliverLater();
    }
  }

  private void tellInputEnd() {
    if (!inputEndTold && !closing) {
      inputEndTold = true;
      user.onInputEnd(inputFailure);
    }
  }

  // ---- writing

  @Override
  public boolean isWritable() {
    return writableBytes() > 0;
  }

  /**
   * What the queue below has room for, without what handlers keep: a peer that begins a handshake
   * and never ends it makes them keep all that is written.
   */
  @Override
  public long writableBytes() {
    if (!listener.isReady() || outputEnded || broken || closing || !lower.isWritable()) {
      return 0;
    }
    long kept = Math.max(0, unsentBytes - channel.queuedBytes());
    long room = lower.writableBytes() - kept;
    heldUp |= room <= 0;
    return Math.max(0, room);
  }

  @Override
  public void write(ByteBuf buffer) {
    if (closing || outputEnded) {
      buffer.release();
      return;
    }
    int length = buffer.readableBytes();
    unsentBytes += length;
    ChannelPromise promise = channel.newPromise();
    promise.addListener(future -> onWritten(length, future));
    channel.write(buffer, promise);
  }

  private void onWritten(int length, Future<?> write) {
    unsentBytes -= length;
    if (write.isSuccess()) {
      sentBytes += length;
      if (heldUp) {
        heldUp = false;
        loop().defer(this::onWritable);
      }
      if (!called) {
        user.onSent();
      }
    } else if (inputEnded && inputFailure == null && channel.isOpen()) {
      // The handlers know of no output that outlives the input: both have ended in order.
      breakOff(new IOException("the peer has ended both directions"), true);
      loop().defer(channel::close);
    } else {
      breakOff(listener.failureOf(write.cause()), !channel.isOpen());
    }
  }

  @Override
  public long sentBytes() {
    return Math.min(lower.sentBytes(), writtenBefore) + sentBytes;
  }

  @Override
  public void flush() {
    boolean calledBefore = called;
    called = true;
    channel.flush();
    called = calledBefore;
  }

  @Override
  public void onSent() {
    channel.countSent();
    if (lower.sentBytes() <= writtenBefore) {
      user.onSent();
    }
  }

  @Override
  public void onWritable() {
    if (isWritable()) {
      user.onWritable();
    }
  }

  /** From a listener, whose handlers have come to an understanding. */
  void becameReady() {
    loop().defer(this::onWritable);
  }

  // ---- the end

  @Override
  public void shutdownOutput() {
    if (outputEnded || closing) {
      return;
    }
    String obstacle = listener.whyNoHalfClose();
    if (obstacle != null && !inputEnded) {
      throw new UnsupportedOperationException(obstacle);
    }
    flush();
    listener.beforeOutputEnd();
    outputEnded = true;
    lower.shutdownOutput();
  }

  @Override
  public void close() {
    if (closing) {
      return;
    }
    if (!outputEnded && !lowerClosed && channel.isOpen()) {
      flush();
      listener.beforeOutputEnd();
    }
    discard();
    lower.close();
    tellClosedLater();
  }

  @Override
  public void closeTimeout(Duration timeout) {
    lower.closeTimeout(timeout);
  }

  @Override
  public void abort(IOException why) {
    discard();
    lower.abort(why);
    tellClosedLater();
  }

  private void discard() {
    closing = true;
    reading = false;
    for (ByteBuf buffer = parked.poll(); buffer != null; buffer = parked.poll()) {
      buffer.release();
    }
  }

  /** A handler closed the channel, or {@link #onClosed} does: gracefully, as a user would. */
  private void onChannelClosed() {
    if (!lowerClosed) {
      lower.close();
    }
  }

  /**
   * Something is wrong that ends the stream: the user gets what is parked, and then the failure.
   *
   * @param closesItself handlers close the channel, or have, after they told the peer; else the
   *     stream below is aborted
   */
  void fail(IOException cause, boolean closesItself) {
    if (failure == null) {
      failure = cause;
    }
    breakOff(cause, closesItself);
    endInput(failure);
    if (!closesItself) {
      lower.abort(failure);
    }
  }

  private void breakOff(IOException cause, boolean closesItself) {
    if (!broken && !closing && !lowerClosed) {
      broken = true;
      if (!user.onBroken(cause) && !closesItself) {
        lower.abort(cause);
      }
    }
  }

  @Override
  public boolean onBroken(IOException cause) {
    if (broken || closing) {
      return !closing;
    }
    broken = true;
    return user.onBroken(cause) && listener.isReady();
  }

  @Override
  public void onClosed(IOException cause) {
    lowerClosed = true;
    if (failure == null) {
      failure = cause;
    }
    channel.unsafe().close(channel.voidPromise());
    tellClosedIfDone();
  }

  private void tellClosedLater() {
    if (lowerClosed) {
      loop().defer(this::tellClosedIfDone);
    }
  }

  /** What is parked is the user's, although the stream below is gone. */
  private void tellClosedIfDone() {
    if (lowerClosed && !closedTold && parked.isEmpty()) {
      closedTold = true;
      listener.onClosed(failure);
      user.onClosed(failure);
    }
  }

  /** The pipeline's end: what has come through all handlers. */
  private final class Tail extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf buffer) {
        deliver(buffer);
      } else {
        String type = message.getClass().getName();
        ReferenceCountUtil.release(message);
        fail(new IOException("a handler brought up a " + type + ", expected a ByteBuf"), false);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      if (reading && channel.isOpen()) {
        context.read();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      listener.onEvent(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(listener.failureOf(cause), !channel.isOpen());
    }
  }
}
