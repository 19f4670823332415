package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.stream.ByteStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;

/**
 * The output of a stream over handlers: what its user wrote, how much of that the kernel has, and
 * what there is room for.
 */
final class PipelineOutput {

  /** The stream, as its output needs it. */
  interface Owner {

    /** Whether what is written goes out at all. */
    boolean isOpen();

    /** Whether handlers take what the user writes; else it is to wait. */
    boolean isReady();

    /** Whether the user may be called: not within its own calls. */
    boolean mayTellNow();

    /** Whether the user is not to be called any more. */
    boolean isOver();

    /** The kernel took some more, or there is room again: the user's to hear. */
    void onSent();

    void onWritable();

    void onWriteFailed(Throwable cause);

    /** Every write has succeeded, or failed. Told within a flush, which is not over. */
    void onNoneUnsent();
  }

  private final ByteStream lower;
  private final PipelineChannel channel;
  private final Owner owner;

  /** Of bytes that the stream below was given before this one came. */
  private final long writtenBefore;

  /** Of those, how many the user was told of. */
  private long toldBefore;

  /** The user's writes that the kernel does not have. */
  private int unsentWrites;

  private long unsentBytes;

  /** The user was told of no room, because of what handlers kept. */
  private boolean heldUp;

  /** Those of them that were there after the last flush: whose sender does not ask by itself. */
  private int waitingWrites;

  /** The queue was full after the last flush: who wants to write waits to be told. */
  private boolean waitingForRoom;

  private boolean tellingDue;

  /** Of the user's bytes. */
  private long sentBytes;

  PipelineOutput(ByteStream lower, long writtenBefore, PipelineChannel channel, Owner owner) {
    this.lower = lower;
    this.writtenBefore = writtenBefore;
    this.channel = channel;
    this.owner = owner;
    this.toldBefore = sentBefore();
  }

  boolean isWritable() {
    return writableBytes() > 0;
  }

  private boolean hasRoom() {
    return lower.isWritable() && channel.isWritable();
  }

  /**
   * What the queue below has room for, without what handlers keep: a peer that begins a handshake
   * and never ends it makes them keep all that is written.
   */
  long writableBytes() {
    if (!owner.isReady() || !owner.isOpen() || !hasRoom()) {
      return 0;
    }
    long kept = Math.max(0, unsentBytes - channel.queuedBytes());
    long room = Math.min(lower.writableBytes(), channel.bytesBeforeUnwritable()) - kept;
    heldUp |= room <= 0;
    return Math.max(0, room);
  }

  int unsentWrites() {
    return unsentWrites;
  }

  /** The bytes of those writes. */
  long unsentBytes() {
    return unsentBytes;
  }

  long sentBytes() {
    return sentBefore() + sentBytes;
  }

  private long sentBefore() {
    return Math.min(lower.sentBytes(), writtenBefore);
  }

  // ---- from the user

  /** Takes the buffer. */
  void write(ByteBuf buffer) {
    int length = buffer.readableBytes();
    ChannelPromise promise = channel.newPromise();
    unsentWrites++;
    unsentBytes += length;
    promise.addListener(future -> onWritten(length, future));
    channel.write(buffer, promise);
  }

  void flush() {
    channel.flush();
    waitingWrites = unsentWrites;
    waitingForRoom = !hasRoom();
  }

  // ---- what became of it

  private void onWritten(int length, Future<?> write) {
    unsentWrites--;
    unsentBytes -= length;
    boolean waited = waitingWrites > 0;
    if (waited) {
      waitingWrites--;
    }
    if (write.isSuccess()) {
      onSent(length, waited);
    } else {
      owner.onWriteFailed(write.cause());
    }
    if (unsentWrites == 0) {
      owner.onNoneUnsent();
    }
  }

  private void onSent(int length, boolean waited) {
    sentBytes += length;
    if (heldUp) {
      heldUp = false;
      lower.loop().defer(this::tellRoom);
    }
    if (owner.mayTellNow()) {
      owner.onSent();
    } else if (waited) {
      tellLater();
    }
  }

  /** Within a call of the user something came about that others wait to be told of. */
  private void tellLater() {
    if (!tellingDue) {
      tellingDue = true;
      lower
          .loop()
          .defer(() -> {
            tellingDue = false;
            if (!owner.isOver()) {
              owner.onSent();
              tellRoom();
            }
          });
    }
  }

  /** The kernel took some of what the stream below was given. */
  void countSent() {
    channel.countSent();
    long before = sentBefore();
    if (before > toldBefore) {
      toldBefore = before;
      owner.onSent();
    }
  }

  /** There may be room again. */
  void tellRoom() {
    if (owner.mayTellNow()) {
      if (isWritable()) {
        waitingForRoom = false;
        owner.onWritable();
      }
    } else if (waitingForRoom && hasRoom()) {
      waitingForRoom = false;
      tellLater();
    }
  }
}
