package dev.zloop.reactor.tcp;

import dev.zloop.reactor.pipeline.DecoderHost;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A decoder at work between a flux of buffers and one subscriber. It decodes a message when one is
 * asked for, and not before; and asks for a buffer when it has none to decode from.
 *
 * <p>Demand and cancelling come from any thread; everything else happens on the loop.
 */
final class Decoding<T>
    implements CoreSubscriber<ByteBuf>, Subscription, ReceiveFlux.Keeper, DecoderHost.Owner {
  @SuppressWarnings("rawtypes")
  private static final AtomicLongFieldUpdater<Decoding> REQUESTED =
      AtomicLongFieldUpdater.newUpdater(Decoding.class, "requested");

  private final TcpConnection connection;
  private final Framing<T> framing;
  private final CoreSubscriber<? super T> actual;

  /** Added to by any thread, taken from by the loop. */
  private volatile long requested;

  private volatile boolean cancelled;
  private Subscription upstream;

  // The rest belongs to the loop's thread.

  /** Null before the first buffer, and after the end. */
  private DecoderHost host;

  /** What was decoded at a time, which is one message with most decoders. */
  private final ArrayDeque<Object> decoded = new ArrayDeque<>(1);

  /** Whether what is kept may be enough for a message. */
  private boolean mayDecodeMore;

  private boolean draining;

  /** A buffer was asked for. */
  private boolean asked;

  private boolean upstreamEnded;
  private Throwable upstreamError;

  /** The decoder was told the end. */
  private boolean decoderEnded;

  /** Why nothing more can be decoded. */
  private Throwable failure;

  /** The last signal was given, or will not be. */
  private boolean done;

  Decoding(TcpConnection connection, Framing<T> framing, CoreSubscriber<? super T> actual) {
    this.connection = connection;
    this.framing = framing;
    this.actual = actual;
  }

  @Override
  public Context currentContext() {
    return actual.currentContext();
  }

  // ---- from downstream, on any thread

  @Override
  public void request(long n) {
    if (n > 0) {
      Operators.addCap(REQUESTED, this, n);
      connection.runOnLoop(this::drain);
    } else {
      connection.runOnLoop(() -> refuse(Exceptions.nullOrNegativeRequestException(n)));
    }
  }

  /** Rule 3.9 of Reactive Streams. */
  private void refuse(Throwable badRequest) {
    if (!done) {
      finish(badRequest);
    }
  }

  /** Cancels above first: who subscribes there next need not wait for the loop. */
  @Override
  public void cancel() {
    cancelled = true;
    upstream.cancel();
    connection.runOnLoop(this::release);
  }

  // ---- from upstream

  @Override
  public void onSubscribe(Subscription subscription) {
    if (Operators.validate(upstream, subscription)) {
      upstream = subscription;
      actual.onSubscribe(this);
    }
  }

  @Override
  public void onNext(ByteBuf buffer) {
    asked = false;
    if (done || failure != null) {
      return;
    }
    try {
      if (host == null) {
        host = new DecoderHost(connection.stream(), framing.decoders().get(), this);
      }
      mayDecodeMore = host.decode(buffer.retain());
    } catch (Throwable error) {
      onFailed(error);
    }
    drain();
  }

  @Override
  public void onComplete() {
    upstreamEnded = true;
    dropIfClosedHere();
    drain();
  }

  /** This side has closed: nothing more is delivered. */
  private void dropIfClosedHere() {
    if (connection.wasClosedHere()) {
      dropAll();
    }
  }

  @Override
  public void onError(Throwable error) {
    upstreamError = error;
    upstreamEnded = true;
    if (connection.loop().inLoop()) {
      dropIfClosedHere();
      drain();
    } else {
      finish(error); // the loop is closed, and has never seen this
    }
  }

  // ---- from the decoder

  @Override
  public void onDecoded(Object message) {
    if (failure == null) {
      decoded.add(message);
    } else {
      ReferenceCountUtil.release(message); // it stands behind what failed
    }
  }

  @Override
  public void onFailed(Throwable cause) {
    if (failure == null) {
      failure = failureOf(cause);
    }
  }

  /** Bad input is the peer's failure, what else a decoder throws its own. */
  private Throwable failureOf(Throwable cause) {
    if (cause instanceof TooLongFrameException) {
      return tooLong(cause);
    }
    if (cause instanceof DecoderException && cause.getCause() != null) {
      return cause.getCause();
    }
    return cause instanceof DecoderException
        ? new IOException(
            framing.name() + " of what " + connection + " received: " + cause.getMessage(), cause)
        : cause;
  }

  private FrameTooLongException tooLong(Throwable cause) {
    return new FrameTooLongException(
        "a frame that "
            + connection
            + " received is longer than the maximum"
            + (framing.frameBytesMax() == Integer.MAX_VALUE
                ? ": " + cause.getMessage()
                : " of " + framing.frameBytesMax() + " bytes that " + framing.name() + " has")
            + "; close the connection, or raise the maximum if such frames are meant to be",
        cause);
  }

  // ---- the work

  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      while (!done && !cancelled && step()) {}
    } finally {
      draining = false;
    }
  }

  /**
   * Does what comes next.
   *
   * @return whether there may be more to do now
   */
  private boolean step() {
    boolean isWanted = requested > 0;
    if (!decoded.isEmpty()) {
      if (isWanted) {
        deliver(decoded.poll());
      }
      return isWanted;
    }
    if (failure != null) {
      finish(failure);
      return false;
    }
    if (mayDecodeMore && keptByDecoder() > 0) {
      if (isWanted) {
        decodeKept();
      }
      return isWanted;
    }
    if (!upstreamEnded) {
      if (!isWanted || asked) {
        return false;
      }
      asked = true;
      upstream.request(1);
      return !asked; // whether it came at once
    }
    if (upstreamError != null) {
      finish(upstreamError);
      return false;
    }
    if (!decoderEnded) {
      decoderEnded = true;
      endDecoder();
      return true;
    }
    finish(null);
    return false;
  }

  private void decodeKept() {
    try {
      mayDecodeMore = host.decodeKept();
    } catch (Throwable error) {
      onFailed(error);
    }
  }

  private void deliver(Object message) {
    try {
      if (!framing.type().isInstance(message)) {
        failure =
            new IllegalStateException(
                "the decoder of "
                    + connection
                    + " brought up a "
                    + message.getClass().getName()
                    + ", expected a "
                    + framing.type().getName());
      } else if (message instanceof ByteBuf frame
          && frame.readableBytes() > framing.frameBytesMax()) {
        failure = tooLong(null);
      } else {
        if (requested != Long.MAX_VALUE) {
          REQUESTED.decrementAndGet(this);
        }
        actual.onNext(framing.type().cast(message));
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /** The input has ended, maybe within a frame. */
  private void endDecoder() {
    if (host == null) {
      return;
    }
    if (framing.isRestLine()) {
      ByteBuf rest = takeOut();
      if (rest != null) {
        int last = rest.writerIndex() - 1;
        decoded.add(rest.getByte(last) == '\r' ? rest.writerIndex(last) : rest);
      }
      return;
    }
    int left = host.end();
    if (left > 0 && failure == null) {
      failure =
          new EOFException(
              "the input of "
                  + connection
                  + " ended within a frame of "
                  + framing.name()
                  + ", after "
                  + left
                  + " of its bytes");
    }
  }

  private void finish(Throwable error) {
    done = true;
    dropAll();
    upstream.cancel();
    if (cancelled) {
      return;
    }
    if (error == null) {
      actual.onComplete();
    } else {
      actual.onError(error);
    }
  }

  // ---- what is kept

  private int keptByDecoder() {
    return host == null ? 0 : host.keptBytes();
  }

  /** Here, and by a decoder that decodes what this has decoded. */
  @Override
  public int keptBytes() {
    int kept = keptByDecoder();
    return actual instanceof ReceiveFlux.Keeper next ? kept + next.keptBytes() : kept;
  }

  @Override
  public ByteBuf giveBack() {
    done = true;
    dropDecoded();
    ByteBuf rest = takeOut();
    // Of its own, so that no decoder looks at what was decoded before.
    return rest == null ? null : rest.slice();
  }

  @Override
  public void abandon(IOException why) {
    if (!done) {
      finish(why);
    }
  }

  /** Ends the decoder; what it has not decoded is the caller's, or null if it has nothing. */
  private ByteBuf takeOut() {
    DecoderHost mine = host;
    host = null;
    return mine == null ? null : mine.close();
  }

  private void release() {
    done = true;
    dropAll();
  }

  private void dropAll() {
    dropDecoded();
    ReferenceCountUtil.release(takeOut());
  }

  private void dropDecoded() {
    for (Object message = decoded.poll(); message != null; message = decoded.poll()) {
      ReferenceCountUtil.release(message);
    }
  }
}
