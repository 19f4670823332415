package dev.zloop.core.transport;

import dev.zloop.core.loop.EventLoop;
import java.util.function.Consumer;

/**
 * The output of a transport: its write queue, with marks, and the one send that may be in flight.
 * For the loop's thread.
 */
final class Output {

  /** The transport, as its output needs it. */
  interface Owner {

    /** Whether anything may be sent. Asked before each send: releasing may have ended it. */
    boolean maySend();

    /** The memory of a write is not needed any more. */
    void onReleased(Object writeOwner);

    /** A send failed: there will be no other. */
    void onSendFailed(int errno);

    /**
     * The queue became shorter, in a turn that is not the writer's own.
     *
     * @param hasRoomAgain whether it was full, and has come down to its low mark
     */
    void onProgress(boolean hasRoomAgain);
  }

  /** What a flush may send before other connections have their turn. */
  private static final long FLUSH_BYTES_PER_TURN_MAX = 1 << 20;

  private final EventLoop loop;
  private final TransportOptions options;
  private final Owner owner;
  private final WriteQueue queue = new WriteQueue();
  private final Consumer<Object> releaser;
  private StreamIo io;

  /** True exactly while the kernel may still read the memory at the queue's front. */
  private boolean sendInFlight;

  /** What was sent is being removed from the queue, or about to be: nothing may be sent again. */
  private boolean sending;

  /** The queue reached its high mark, and has not come down to the low one since. */
  private boolean full;

  /** It came down to the low mark, and the owner was not told yet. */
  private boolean hasRoomAgain;

  /** A turn is due that goes on flushing. */
  private boolean flushDue;

  /** Bytes that the kernel has taken, in all. */
  private long sentBytes;

  Output(EventLoop loop, TransportOptions options, Owner owner) {
    this.loop = loop;
    this.options = options;
    this.owner = owner;
    this.releaser = owner::onReleased;
  }

  /** Where to send. Before anything else. */
  void attach(StreamIo stream) {
    io = stream;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  boolean isFull() {
    return full;
  }

  /** Bytes that wait. */
  long queuedBytes() {
    return queue.bytes();
  }

  long sentBytes() {
    return sentBytes;
  }

  /** Takes 1 byte or more. */
  void add(long address, int length, Object writeOwner) {
    queue.add(address, length, writeOwner);
    fill();
  }

  /** Takes 1 byte or more of a file. */
  void addFile(int file, long position, long length, Object writeOwner) {
    queue.addFile(file, position, length, writeOwner);
    fill();
  }

  private void fill() {
    full |= queue.bytes() >= options.writeQueueHighBytes();
  }

  /** Whether a file is in front, which was to be sent next. */
  boolean isAtFile() {
    return !queue.isEmpty() && queue.isFile(0);
  }

  /** What was to be sent next of that file, for messages. */
  String fileText() {
    return "of file fd "
        + queue.file()
        + " "
        + queue.fileLength()
        + " bytes from "
        + queue.filePosition();
  }

  /**
   * Sends as much as the kernel takes now, within a bound; the rest follows by itself.
   *
   * @return whether that was all there is
   */
  boolean flush() {
    if (sending) {
      return false; // within onReleased: the send that released goes on, with what was added
    }
    sendQueued();
    hasRoomAgain = false; // who flushes asks afterwards
    return queue.isEmpty();
  }

  private void sendQueued() {
    sending = true;
    long budget = FLUSH_BYTES_PER_TURN_MAX;
    while (!sendInFlight && !flushDue && !queue.isEmpty() && owner.maySend()) {
      if (budget <= 0) {
        flushDue = true;
        loop.defer(this::flushAgain);
        break;
      }
      int result = io.send(queue);
      if (result == SocketIo.IN_FLIGHT) {
        sendInFlight = true;
      } else {
        budget -= result;
        onResult(result);
      }
    }
    sending = false;
  }

  private void flushAgain() {
    flushDue = false;
    if (owner.maySend()) {
      goOn();
    }
  }

  /** The send in flight is complete. */
  void onSent(int result) {
    sendInFlight = false;
    sending = true;
    onResult(result);
    sending = false;
    if (owner.maySend()) {
      goOn();
    } else {
      drop();
    }
  }

  private void onResult(int result) {
    if (result < 0) {
      owner.onSendFailed(-result);
      return;
    }
    sentBytes += result;
    queue.removeSent(result, releaser);
    if (queue.bytes() <= options.writeQueueLowBytes()) {
      hasRoomAgain |= full;
      full = false;
    }
  }

  private void goOn() {
    sendQueued();
    boolean room = hasRoomAgain;
    hasRoomAgain = false;
    owner.onProgress(room);
  }

  /** Drops what is queued, unless a send is in flight: then that is done when it is complete. */
  void drop() {
    if (!sendInFlight) {
      queue.clear(releaser);
    }
  }

  /** Drops what is queued: the stream has closed, so that nothing is in flight any more. */
  void onClosed() {
    sendInFlight = false;
    queue.clear(releaser);
  }
}
