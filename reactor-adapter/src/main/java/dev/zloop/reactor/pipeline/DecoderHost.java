package dev.zloop.reactor.pipeline;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.reactor.stream.ByteStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * A channel for one of Netty's decoders, which decodes what it is given when it is told to, a
 * message at a time. For the loop's thread; writing is not possible.
 *
 * <p>Between two calls the decoder keeps what it has not decoded.
 */
public final class DecoderHost {

  /** Told within the calls to the host, which it does not call then. */
  public interface Owner {

    /** A message. The owner's, if it is to be released. */
    void onDecoded(Object message);

    /** What the decoder threw, or why it cannot go on. */
    void onFailed(Throwable cause);
  }

  private final Owner owner;
  private final ByteToMessageDecoder decoder;
  private final PipelineChannel channel;

  /** What the decoder was given and has not decoded; it owns that. Null if it has nothing. */
  private ByteBuf kept;

  private boolean cameUp;

  /** The decoder is being taken out, and what comes up is what it has left. */
  private boolean takingOut;

  private boolean closed;
  private ByteBuf rest;

  /**
   * @param connection for its addresses and limits only
   */
  public DecoderHost(ByteStream connection, ByteToMessageDecoder decoder, Owner owner) {
    this.owner = owner;
    this.decoder = decoder;
    this.channel = new PipelineChannel(new NoOutput(connection), 0, new ChannelOwner());
    decoder.setSingleDecode(true);
    decoder.setCumulator(this::cumulate);
    channel.pipeline().addLast(decoder);
    new LoopExecutor(connection.loop()).register(channel);
  }

  private ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf before, ByteBuf more) {
    kept = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, before, more);
    return kept;
  }

  /**
   * Gives the decoder more, which it takes, and lets it decode once.
   *
   * @return whether there was a message
   */
  public boolean decode(ByteBuf more) {
    cameUp = false;
    channel.receive(more);
    if (kept != null && (kept.refCnt() == 0 || !kept.isReadable())) {
      kept = null; // the decoder has released it
    }
    return cameUp;
  }

  /** Lets the decoder decode once what it keeps. */
  public boolean decodeKept() {
    return decode(Unpooled.EMPTY_BUFFER);
  }

  /** How many bytes the decoder keeps. */
  public int keptBytes() {
    return kept == null ? 0 : kept.readableBytes();
  }

  /**
   * Tells the decoder that nothing more will come: it may decode the last.
   *
   * @return how many bytes it could make nothing of; they are dropped
   */
  public int end() {
    ByteBuf last = kept == null ? Unpooled.EMPTY_BUFFER : kept.retain();
    kept = null;
    try {
      channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      return last.readableBytes();
    } finally {
      last.release();
    }
  }

  /**
   * Takes the decoder out, and ends this.
   *
   * @return what it has not decoded, which is the caller's; or null if there is nothing
   */
  public ByteBuf close() {
    takingOut = true;
    if (channel.pipeline().context(decoder) != null) {
      channel.pipeline().remove(decoder);
    }
    closed = true;
    kept = null;
    channel.unsafe().close(channel.voidPromise());
    return rest;
  }

  private final class ChannelOwner implements PipelineChannel.Owner {
    @Override
    public void onMessage(Object message) {
      if (closed) {
        ReferenceCountUtil.release(message);
      } else if (takingOut) {
        rest = (ByteBuf) message;
      } else {
        cameUp = true;
        owner.onDecoded(message);
      }
    }

    @Override
    public void onException(Throwable cause) {
      if (!takingOut) {
        owner.onFailed(cause);
      }
    }

    @Override
    public void onChannelClosed() {
      if (!takingOut) {
        owner.onFailed(
            new IllegalStateException(
                decoder.getClass().getName() + " closed its channel, expected that it throws"));
      }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritabilityChanged() {}

    @Override
    public void onEvent(Object event) {}

    @Override
    public void onHandlersGone() {}
  }

  /** A connection that a decoder sees and cannot use: what it reads is given to it. */
  private record NoOutput(ByteStream connection) implements ByteStream {
    @Override
    public EventLoop loop() {
      return connection.loop();
    }

    @Override
    public SocketAddress localAddress() {
      return connection.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
      return connection.remoteAddress();
    }

    @Override
    public TransportOptions options() {
      return connection.options();
    }

    @Override
    public void startReading() {} // demand does that

    @Override
    public void stopReading() {}

    @Override
    public boolean isWritable() {
      return false;
    }

    @Override
    public long writableBytes() {
      return 0;
    }

    @Override
    public void write(ByteBuf buffer) {
      buffer.release();
      throw new UnsupportedOperationException("a decoder of what is received cannot write");
    }

    @Override
    public long sentBytes() {
      return 0;
    }

    @Override
    public void flush() {}

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {}

    @Override
    public void closeTimeout(Duration timeout) {}

    @Override
    public void abort(IOException why) {}
  }
}
