package dev.zloop.reactor.pipeline;

import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.stream.ByteStreamUser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A stream whose bytes Netty's handlers make of those of the stream below. Demand, room in the
 * queue, half-close, close and failure pass through.
 *
 * <p>The output ends, and the stream below is closed, when the kernel has all that the user wrote:
 * handlers may have kept some of it back.
 */
public final class PipelineStream implements ByteStream, ByteStreamUser {
  private final ByteStream lower;
  private final PipelineListener listener;
  private final PipelineChannel channel;
  private final PipelineInput input;
  private final PipelineOutput output;

  private ByteStreamUser user;

  /** Within a call of the user, who is not to be called then. */
  private boolean called;

  // How it ends

  /** The user ended the output; and so was that of the stream below. */
  private boolean outputEndWanted;

  private boolean outputEnded;

  /** The user was told that nothing can be written any more, or is about to be. */
  private boolean broken;

  /** Why bytes were not sent that were to be; null if the peer knows. */
  private IOException missing;

  /** The user is done with this: nothing is delivered any more. */
  private boolean closing;

  /** The stream below was told to close, or to end at once. */
  private boolean lowerClosing;

  private boolean lowerClosed;
  private boolean closedTold;
  private IOException failure;
  private boolean inputShutdownTold;
  private IOException inputFailureBelow;
  private Duration closeTimeout;
  private Timer closeTimer;

  /**
   * @param lower whose user is to be this
   * @param writtenBefore bytes that were written to the stream below, in all
   */
  public PipelineStream(ByteStream lower, long writtenBefore, PipelineListener listener) {
    this.lower = lower;
    this.listener = listener;
    this.closeTimeout = lower.options().closeTimeout();
    this.channel = new PipelineChannel(lower, writtenBefore, new PipelineEnd());
    this.input = new PipelineInput(lower.loop(), channel, new InputOwner());
    this.output = new PipelineOutput(lower, writtenBefore, channel, new OutputOwner());
  }

  /** Who hears of this from now on. Before {@link #begin}. */
  public void use(ByteStreamUser newUser) {
    user = new GuardedUser(newUser, this::onUserFailed);
  }

  /** Puts the handlers in, tells them that the channel is active, and reads for them once. */
  public void begin(Consumer<? super ChannelPipeline> handlers) {
    handlers.accept(channel.pipeline());
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

  @Override
  public TransportOptions options() {
    return lower.options();
  }

  @Override
  public String describe() {
    return listener.describe();
  }

  private void callBelow(Runnable call) {
    boolean calledBefore = called;
    called = true;
    try {
      call.run();
    } finally {
      called = calledBefore;
    }
  }

  // ---- reading

  @Override
  public void startReading() {
    callBelow(input::start);
  }

  @Override
  public void stopReading() {
    input.stop();
  }

  @Override
  public void onReceived(ByteBuf buffer) {
    input.receive(buffer);
  }

  /** From the stream below; and again, by a listener that could not say yet what that means. */
  @Override
  public void onInputEnd(IOException belowFailed) {
    if (belowFailed != null) {
      inputFailureBelow = belowFailed;
    }
    PipelineListener.InputEnd end = listener.onInputEnd();
    if (end.isKnown() && !inputShutdownTold) {
      inputShutdownTold = true;
      // Only now: at this event decoders give up what they have not decoded yet.
      channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      input.pullRest();
      endInput(inputFailureBelow == null ? end.failure() : inputFailureBelow);
    }
  }

  /**
   * Ends the input of the user, once what is parked was received. The first counts.
   *
   * @param why the input has not ended in order; or null
   */
  void endInput(IOException why) {
    input.end(why);
  }

  private final class InputOwner implements PipelineInput.Owner {
    @Override
    public boolean mayDeliverNow() {
      return !called;
    }

    @Override
    public void onReceived(ByteBuf buffer) {
      user.onReceived(buffer);
    }

    @Override
    public void onEnd(IOException why) {
      user.onInputEnd(why);
      closeIfBothEnded();
    }

    @Override
    public void onDelivered() {
      tellClosedIfDone();
    }
  }

  // ---- writing

  private boolean isOutputOpen() {
    return !outputEndWanted && !broken && !closing;
  }

  @Override
  public boolean isWritable() {
    return output.isWritable();
  }

  @Override
  public long writableBytes() {
    return output.writableBytes();
  }

  @Override
  public void write(ByteBuf buffer) {
    if (isOutputOpen()) {
      callBelow(() -> output.write(buffer));
    } else {
      buffer.release();
    }
  }

  private void onWriteFailed(Throwable cause) {
    if (closing && !lowerClosing) {
      abortBelow(listener.failureOf(cause)); // bytes are missing that were to be sent before
    } else if (channel.isOpen() && input.isEnded() && input.failure() == null) {
      // The handlers know of no output that outlives the input: both have ended in order.
      breakOff(new IOException("the peer has ended both directions"), true);
      loop().defer(channel::close);
    } else if (channel.isOpen()) {
      breakOff(listener.failureOf(cause), false);
    } // else that is what breaks it off
  }

  @Override
  public long sentBytes() {
    return output.sentBytes();
  }

  @Override
  public void flush() {
    callBelow(output::flush);
  }

  @Override
  public void onSent() {
    output.countSent();
    if (closeTimer != null) {
      startCloseTimer(); // anew: the peer took something
    }
  }

  @Override
  public void onWritable() {
    output.tellRoom();
  }

  /** From a listener, whose handlers have come to an understanding. */
  void becameReady() {
    loop().defer(this::onWritable);
  }

  private final class OutputOwner implements PipelineOutput.Owner {
    @Override
    public boolean isOpen() {
      return isOutputOpen();
    }

    @Override
    public boolean isReady() {
      return listener.isReady();
    }

    @Override
    public boolean mayTellNow() {
      return !called;
    }

    @Override
    public boolean isOver() {
      return closing || closedTold;
    }

    @Override
    public void onSent() {
      user.onSent();
    }

    @Override
    public void onWritable() {
      user.onWritable();
    }

    @Override
    public void onWriteFailed(Throwable cause) {
      PipelineStream.this.onWriteFailed(cause);
    }

    @Override
    public void onNoneUnsent() {
      if (outputEndWanted || closing) {
        loop().defer(PipelineStream.this::endIfSent);
      }
    }
  }

  // ---- the end, as the user wants it

  @Override
  public void shutdownOutput() {
    if (outputEndWanted || closing) {
      return;
    }
    String obstacle = listener.whyNoHalfClose();
    if (obstacle != null && !input.isEnded()) {
      throw new UnsupportedOperationException(obstacle);
    }
    flush();
    outputEndWanted = true;
    callBelow(this::endIfSent);
  }

  @Override
  public void close() {
    if (closing) {
      return;
    }
    flush();
    closing = true;
    input.discard();
    callBelow(this::endIfSent);
    if (!lowerClosing) {
      startCloseTimer();
      callBelow(input::drain);
    }
    tellClosedLater();
  }

  /** Ends the output below, or closes there, unless something is still to go out before. */
  private void endIfSent() {
    if (lowerClosing || lowerClosed) {
      return;
    }
    if (broken) {
      endBroken();
      return;
    }
    if (output.unsentWrites() > 0 && listener.isReady()) {
      return;
    }
    if (channel.isFlushing()) {
      loop().defer(this::endIfSent);
      return;
    }
    endOutput();
    if (closing) {
      closeBelow();
    } else {
      closeIfBothEnded();
    }
  }

  /** In order only if the peer does not take what it has for the whole. */
  private void endBroken() {
    if (closing && missing == null) {
      closeBelow();
    } else if (closing) {
      abortBelow(missing);
    }
  }

  private void endOutput() {
    if (!outputEnded) {
      outputEnded = true;
      if (channel.isOpen()) {
        listener.beforeOutputEnd();
        channel.flush();
      }
      channel.endOutput();
      if (!closing) {
        lower.shutdownOutput();
      }
    }
  }

  /** As a transport does by itself; but this input may have ended while that below has not. */
  private void closeIfBothEnded() {
    if (outputEnded && input.isEndTold() && !lowerClosed) {
      closeBelow();
    }
  }

  private void closeBelow() {
    lowerClosing = true;
    stopCloseTimer();
    lower.close();
  }

  private void abortBelow(IOException why) {
    lowerClosing = true;
    stopCloseTimer();
    lower.abort(why);
  }

  @Override
  public void closeTimeout(Duration timeout) {
    closeTimeout = timeout;
    lower.closeTimeout(timeout);
  }

  private void startCloseTimer() {
    stopCloseTimer();
    try {
      closeTimer = loop().schedule(this::onCloseTimeout, closeTimeout);
    } catch (RejectedExecutionException loopCloses) {
      // Then no timer is needed: the stream below is about to end.
    }
  }

  private void stopCloseTimer() {
    if (closeTimer != null) {
      closeTimer.cancel();
      closeTimer = null;
    }
  }

  private void onCloseTimeout() {
    abortBelow(
        new IOException(
            "close of the stream to "
                + remoteAddress()
                + ": the peer, or a handler, held up "
                + output.unsentWrites()
                + " writes"));
  }

  @Override
  public void abort(IOException why) {
    closing = true;
    input.discard();
    abortBelow(why);
    tellClosedLater();
  }

  private void onUserFailed(Throwable error) {
    loop().report(error);
    abort(new IOException("the user of the stream to " + remoteAddress() + " failed", error));
  }

  // ---- the end, as it comes

  /**
   * Something is wrong that ends the stream: the user gets what is parked, and then the failure.
   *
   * @param closesItself handlers close the channel, or have, after they told the peer; else the
   *     stream below is aborted
   */
  void fail(IOException cause, boolean closesItself) {
    if (lowerClosed || closing && lowerClosing) {
      return; // it ends already, and nobody minds
    }
    if (failure == null) {
      failure = cause;
    }
    breakOff(cause, closesItself);
    input.end(failure);
    if (!closesItself) {
      abortBelow(failure);
    }
  }

  private void breakOff(IOException cause, boolean closesItself) {
    if (broken || closing || lowerClosed) {
      return;
    }
    broken = true;
    missing = closesItself ? null : cause;
    loop()
        .defer(() -> {
          if (!closing && !closedTold && !user.onBroken(cause) && !closing) {
            closing = true;
            input.discard();
            if (closesItself) {
              closeBelow();
            } else {
              abortBelow(cause);
            }
            tellClosedLater();
          }
        });
  }

  private void onHandlerClosed() {
    if (failure == null && !broken && !closing && !(outputEnded && input.isEnded())) {
      failure = new IOException("a handler closed the channel to " + remoteAddress());
      breakOff(failure, true);
      input.end(failure);
    }
  }

  @Override
  public boolean onBroken(IOException cause) {
    if (broken || closing) {
      return !closing;
    }
    broken = true;
    if (failure == null) {
      failure = cause;
    }
    channel.endOutput();
    return user.onBroken(cause) && listener.isReady();
  }

  @Override
  public void onClosed(IOException cause) {
    lowerClosed = true;
    lowerClosing = true;
    stopCloseTimer();
    if (failure == null) {
      failure = cause;
    }
    input.pullRest();
    channel.unsafe().close(channel.voidPromise());
    if (loop().isClosed()) {
      input.discard();
      closing = true;
    } else if (cause != null && !broken && !closing && input.isParked()) {
      broken = true;
      if (!user.onBroken(cause)) {
        closing = true;
        input.discard();
      }
    }
    tellClosedIfDone();
  }

  private void tellClosedLater() {
    if (lowerClosed) {
      loop().defer(this::tellClosedIfDone);
    }
  }

  /** What is parked is the user's, although the stream below is gone. */
  private void tellClosedIfDone() {
    if (lowerClosed
        && !closedTold
        && !channel.isRegistered() // else handlers have not said the last
        && (closing || input.isDelivered())) {
      closedTold = true;
      listener.onClosed(failure);
      user.onClosed(failure);
    }
  }

  /** What comes through all handlers, and what they do to the channel. */
  private final class PipelineEnd implements PipelineChannel.Owner {

    @Override
    public void onMessage(Object message) {
      if (!channel.isRegistered()) {
        // Handlers are taken out, and decoders give up what they could not decode: no user's bytes.
        ReferenceCountUtil.release(message);
      } else if (message instanceof ByteBuf buffer) {
        input.add(buffer);
      } else {
        String type = message.getClass().getName();
        ReferenceCountUtil.release(message);
        fail(new IOException("a handler brought up a " + type + ", expected a ByteBuf"), false);
      }
    }

    @Override
    public void onReadComplete() {
      if (!channel.isReadPending()) {
        input.pull();
      }
    }

    @Override
    public void onWritabilityChanged() {
      onWritable();
    }

    @Override
    public long unsentBytes() {
      return output.unsentBytes();
    }

    @Override
    public void onEvent(Object event) {
      listener.onEvent(event);
    }

    @Override
    public void onException(Throwable cause) {
      fail(listener.failureOf(cause), !channel.isOpen());
    }

    @Override
    public void onChannelClosed() {
      if (!lowerClosed) {
        loop().defer(PipelineStream.this::onHandlerClosed); // who closes may yet say why
        closeBelow();
      }
    }

    @Override
    public void onHandlersGone() {
      tellClosedIfDone();
    }
  }
}
