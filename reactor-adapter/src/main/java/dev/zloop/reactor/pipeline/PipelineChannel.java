package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.stream.ByteStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.StringUtil;
import java.net.SocketAddress;
import java.util.ArrayDeque;

/**
 * Netty's channel over a {@link ByteStream}, for its handlers to live in.
 *
 * <p>Buffers stay in the {@link ChannelOutboundBuffer} until the kernel has their bytes, while the
 * stream below has a reference of its own to each: so there is one queue, which handlers and the
 * socket see alike; a promise succeeds when the kernel took the bytes; and memory outlives a
 * channel that is closed while the kernel still reads.
 */
final class PipelineChannel extends AbstractChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  private final ByteStream lower;
  private final Runnable closed;
  private final ChannelConfig config;

  private boolean open = true;

  /** A handler, or the pipeline's end, asked for more than came so far. */
  private boolean readPending;

  /**
   * The buffers at the queue's head that the stream below has; cancelled ones are not among them.
   */
  private final ArrayDeque<ByteBuf> handedOver = new ArrayDeque<>();

  /** Bytes that the kernel took and that were not counted towards a buffer yet. */
  private long uncounted;

  /** Up to where in the output of the stream below bytes were added to {@link #uncounted}. */
  private long countedTo;

  /**
   * @param writtenBefore bytes that the stream below was given before; they are not this channel's
   * @param closed called when a handler closes this channel, or its owner does
   */
  PipelineChannel(ByteStream lower, long writtenBefore, Runnable closed) {
    super(null);
    this.lower = lower;
    this.countedTo = writtenBefore;
    this.closed = closed;
    this.config = new DefaultChannelConfig(this);
    config.setAutoRead(false);
  }

  // ---- reading

  @Override
  protected void doBeginRead() {
    readPending = true;
    lower.startReading();
  }

  /** What arrived, which may be the last that was asked for. Takes the buffer. */
  void receive(ByteBuf buffer) {
    readPending = false;
    pipeline().fireChannelRead(buffer);
    pipeline().fireChannelReadComplete();
    if (!readPending) {
      lower.stopReading();
    }
  }

  // ---- writing

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (message instanceof ByteBuf buffer) {
      return buffer.isDirect() ? buffer : directCopy(buffer);
    }
    throw new UnsupportedOperationException(
        "a handler wrote a "
            + StringUtil.simpleClassName(message)
            + " to the socket, expected a ByteBuf: an encoder is missing");
  }

  /** Takes the buffer, and gives what the kernel can read. */
  private ByteBuf directCopy(ByteBuf heap) {
    try {
      return alloc()
          .directBuffer(heap.readableBytes())
          .writeBytes(heap, heap.readerIndex(), heap.readableBytes());
    } finally {
      ReferenceCountUtil.safeRelease(heap);
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer queue) throws Exception {
    do {
      handOver(queue);
      lower.flush();
      countSent();
    } while (queue.size() > handedOver.size()); // promises that succeeded may have written
  }

  private void handOver(ChannelOutboundBuffer queue) throws Exception {
    int[] known = {handedOver.size()};
    queue.forEachFlushedMessage(message -> {
      if (known[0] > 0) {
        known[0]--;
      } else {
        ByteBuf buffer = (ByteBuf) message;
        handedOver.add(buffer);
        lower.write(buffer.retain());
      }
      return true;
    });
    if (handedOver.isEmpty()) {
      while (queue.current() != null) {
        queue.remove(); // a write that was cancelled
      }
    }
  }

  /** Bytes that came through all handlers and that the kernel has not taken. */
  long queuedBytes() {
    ChannelOutboundBuffer queue = unsafe().outboundBuffer();
    return queue == null ? 0 : queue.totalPendingWriteBytes();
  }

  /** Takes off the queue what the kernel has. Called back from within, it goes on where it was. */
  void countSent() {
    long sent = lower.sentBytes();
    if (sent > countedTo) {
      uncounted += sent - countedTo;
      countedTo = sent;
    }
    ChannelOutboundBuffer queue = unsafe().outboundBuffer();
    while (queue != null && !handedOver.isEmpty()) {
      ByteBuf head = handedOver.peek();
      if (queue.current() == head) {
        int length = head.readableBytes();
        if (length > uncounted) {
          return;
        }
        uncounted -= length;
        handedOver.remove();
        queue.progress(length);
      }
      queue.remove(); // that, or a write before it that was cancelled
      queue = unsafe().outboundBuffer();
    }
  }

  // ---- the end

  @Override
  protected void doClose() {
    open = false;
    closed.run();
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open;
  }

  // ---- what it is

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  protected SocketAddress localAddress0() {
    return lower.localAddress();
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return lower.remoteAddress();
  }

  @Override
  protected boolean isCompatible(EventLoop eventLoop) {
    return eventLoop instanceof LoopExecutor;
  }

  @Override
  protected void doBind(SocketAddress localAddress) {
    throw new UnsupportedOperationException("the socket is bound already");
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new AbstractUnsafe() {
      @Override
      public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        promise.tryFailure(new UnsupportedOperationException("the socket is connected already"));
      }
    };
  }
}
