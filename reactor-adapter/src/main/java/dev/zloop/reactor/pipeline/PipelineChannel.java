package dev.zloop.reactor.pipeline;

import dev.zloop.core.transport.TransportOptions;
import dev.zloop.reactor.stream.ByteStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.EmptyByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.DefaultChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.StringUtil;
import java.net.SocketAddress;

/**
 * Netty's channel over a {@link ByteStream}, for its handlers to live in.
 *
 * <p>Buffers stay in the {@link ChannelOutboundBuffer} until the kernel has their bytes, while the
 * stream below has a reference of its own to each: so there is one queue, which handlers and the
 * socket see alike; a promise succeeds when the kernel took the bytes; and memory outlives a
 * channel that is closed while the kernel still reads.
 */
final class PipelineChannel extends AbstractChannel {

  /** The end of the pipeline, and of the channel. */
  interface Owner {

    /** What came up through all handlers. Takes it. */
    void onMessage(Object message);

    void onReadComplete();

    void onWritabilityChanged();

    /** Bytes of the user's writes, where there is one, that the kernel does not have. */
    default long unsentBytes() {
      return 0;
    }

    void onEvent(Object event);

    /** What no handler caught. */
    void onException(Throwable cause);

    /** A handler closed the channel, or the owner did. */
    void onChannelClosed();

    /** Handlers have heard that the channel is gone, and nothing more comes up. */
    void onHandlersGone();
  }

  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  /** As which a cancelled write stands in the queue. */
  private static final ByteBuf CANCELLED = Unpooled.EMPTY_BUFFER;

  /** As which that very buffer is written, to be told from a cancelled one. */
  private static final ByteBuf NOTHING = new EmptyByteBuf(ByteBufAllocator.DEFAULT);

  /** Promises that succeed may write again, and those again: how often within one flush. */
  private static final int ROUNDS_MAX = 16;

  /**
   * How much of what handlers say by themselves, as TLS answers a peer, may wait to be sent, as a
   * multiple of the queue's high mark. While it is more, the peer is not listened to.
   */
  private static final int ANSWERS_MAX_IN_HIGH_MARKS = 4;

  /** What a handler may make of the user's bytes is no answer: a share of them, a power of 2. */
  private static final int USERS_SHARE_SHIFT = 6;

  private final ByteStream lower;
  private final Owner owner;
  private final ChannelConfig config;

  private boolean open = true;

  /** Nothing can be written any more, while the channel may still be open to read. */
  private boolean outputOver;

  /** A handler, or the pipeline's end, asked for more than came so far. */
  private boolean readPending;

  /** Nothing is read although that was asked for: too many answers wait. */
  private boolean heldBack;

  /**
   * Where in the output of the stream below the buffers end that it has: those at the queue's head,
   * the cancelled ones aside.
   */
  private final PositionQueue handedOver = new PositionQueue();

  /** Where the output of the stream below ends. */
  private long position;

  /** How many of {@link #handedOver} were not come across yet, in going through the queue. */
  private int known;

  private boolean handedAny;
  private boolean flushing;
  private boolean counting;

  /**
   * @param writtenBefore bytes that the stream below was given before; they are not this channel's
   */
  PipelineChannel(ByteStream lower, long writtenBefore, Owner owner) {
    super(null);
    this.lower = lower;
    this.position = writtenBefore;
    this.owner = owner;
    this.config = new ReadsOnDemand();
    TransportOptions limits = lower.options();
    int low = limits.writeQueueLowBytes() + 1; // Netty has room below its mark, a transport at it
    config.setWriteBufferWaterMark(
        new WriteBufferWaterMark(low, Math.max(low, limits.writeQueueHighBytes() - 1)));
  }

  // ---- reading

  @Override
  protected void doBeginRead() {
    readPending = true;
    if (owesTooMuch()) {
      heldBack = true;
      lower.stopReading();
    } else {
      lower.startReading();
    }
  }

  /** Whether handlers have said much to a peer that does not read: it may not provoke more. */
  private boolean owesTooMuch() {
    long users = owner.unsentBytes();
    long answers = queuedBytes() - users - (users >> USERS_SHARE_SHIFT);
    return answers > (long) ANSWERS_MAX_IN_HIGH_MARKS * lower.options().writeQueueHighBytes();
  }

  private void readIfHeldBack() {
    if (heldBack && !owesTooMuch()) {
      heldBack = false;
      if (readPending && open) {
        lower.startReading();
      }
    }
  }

  boolean isReadPending() {
    return readPending;
  }

  /** Nobody has asked for more since something came: the peer is to wait. */
  void stopUnlessAsked() {
    if (!readPending || heldBack) {
      lower.stopReading();
    }
  }

  /** What arrived, which may be the last that was asked for. Takes the buffer. */
  void receive(ByteBuf buffer) {
    readPending = false;
    pipeline().fireChannelRead(buffer);
    pipeline().fireChannelReadComplete();
  }

  // ---- writing

  @Override
  protected Object filterOutboundMessage(Object message) throws Exception {
    if (!(message instanceof ByteBuf buffer)) {
      throw new UnsupportedOperationException(
          "a handler wrote a "
              + StringUtil.simpleClassName(message)
              + " to the socket, expected a ByteBuf: an encoder is missing");
    }
    if (outputOver) {
      throw new ChannelOutputShutdownException("the output has ended");
    }
    if (buffer == CANCELLED) {
      return NOTHING;
    }
    return buffer.isDirect() ? buffer : directCopy(buffer);
  }

  /** What the kernel can read, instead of the buffer, which it takes. */
  private ByteBuf directCopy(ByteBuf heap) {
    ByteBuf direct =
        alloc()
            .directBuffer(heap.readableBytes())
            .writeBytes(heap, heap.readerIndex(), heap.readableBytes());
    ReferenceCountUtil.safeRelease(heap);
    return direct;
  }

  /** Bytes that came through all handlers and that the kernel has not taken. */
  long queuedBytes() {
    ChannelOutboundBuffer queue = unsafe().outboundBuffer();
    return queue == null ? 0 : queue.totalPendingWriteBytes();
  }

  /** Within a flush: what is written and flushed now goes out later, after what was before. */
  boolean isFlushing() {
    return flushing;
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer queue) throws Exception {
    flushing = true;
    try {
      int rounds = 0;
      while (handOver(queue)) {
        lower.flush();
        countSent();
        rounds++;
        if (rounds == ROUNDS_MAX) {
          eventLoop().execute(unsafe()::flush);
          return;
        }
      }
      countSent();
    } catch (Throwable error) {
      owner.onException(error);
      throw error;
    } finally {
      flushing = false;
    }
  }

  /** Whether there was anything that the stream below did not have yet. */
  private boolean handOver(ChannelOutboundBuffer queue) throws Exception {
    known = handedOver.size();
    handedAny = false;
    queue.forEachFlushedMessage(this::handOver);
    return handedAny;
  }

  private boolean handOver(Object message) {
    if (known > 0) {
      known--;
      return true;
    }
    ByteBuf buffer = (ByteBuf) message;
    int length = buffer.readableBytes();
    if (length > 0) {
      lower.write(buffer.retain());
    }
    position += length;
    handedOver.add(position);
    handedAny = true;
    return true;
  }

  /**
   * Takes off the queue what the kernel has. A promise that succeeds may lead here again: then the
   * outer call goes on, with what has been sent meanwhile.
   */
  void countSent() {
    if (counting) {
      return;
    }
    counting = true;
    ChannelOutboundBuffer queue = unsafe().outboundBuffer();
    while (queue != null) {
      if (queue.current() == CANCELLED) {
        queue.remove();
      } else if (!handedOver.isEmpty() && handedOver.peek() <= lower.sentBytes()) {
        queue.progress(((ByteBuf) queue.current()).readableBytes());
        handedOver.remove();
        queue.remove();
      } else {
        break;
      }
      queue = unsafe().outboundBuffer();
    }
    counting = false;
    readIfHeldBack();
  }

  /** The stream below takes nothing more: what handlers still write fails. */
  void endOutput() {
    outputOver = true;
  }

  /** Netty's way out of a failed write, which the owner was told of. */
  @Override
  protected void doShutdownOutput() {
    outputOver = true;
  }

  // ---- the end

  @Override
  protected void doClose() {
    if (open) {
      open = false;
      owner.onChannelClosed();
    }
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  /** Just before handlers hear of it. */
  @Override
  protected void doDeregister() {
    eventLoop().execute(owner::onHandlersGone);
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
  protected DefaultChannelPipeline newChannelPipeline() {
    return new EndedPipeline();
  }

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

  /** A pipeline whose end is the owner, wherever handlers add others. */
  private final class EndedPipeline extends DefaultChannelPipeline {
    EndedPipeline() {
      super(PipelineChannel.this);
    }

    @Override
    protected void onUnhandledInboundMessage(ChannelHandlerContext context, Object message) {
      owner.onMessage(message);
    }

    @Override
    protected void onUnhandledInboundChannelReadComplete() {
      owner.onReadComplete();
    }

    @Override
    protected void onUnhandledChannelWritabilityChanged() {
      owner.onWritabilityChanged();
    }

    @Override
    protected void onUnhandledInboundUserEventTriggered(Object event) {
      try {
        owner.onEvent(event);
      } finally {
        ReferenceCountUtil.release(event);
      }
    }

    @Override
    protected void onUnhandledInboundException(Throwable cause) {
      owner.onException(cause);
    }
  }

  /**
   * Reads are the user's demand, or a handler's that calls read() for what it cannot do without.
   * That autoRead stays off, whatever handlers set, is what those expect that set it to what it
   * was.
   */
  private final class ReadsOnDemand extends DefaultChannelConfig {
    ReadsOnDemand() {
      super(PipelineChannel.this);
      super.setAutoRead(false);
    }

    @Override
    public ChannelConfig setAutoRead(boolean autoRead) {
      return this;
    }
  }
}
