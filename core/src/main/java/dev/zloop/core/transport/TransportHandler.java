package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import java.io.IOException;

/**
 * The user of a {@link Transport}: hears of it on the loop's thread, never within a call to it,
 * with one exception: {@link #onReleased}. What a method throws is reported to the loop's error
 * handler, and the transport is aborted.
 */
public interface TransportHandler {

  /** Bytes arrived, and reading is on. The handler owns the lease. */
  void onReceived(Lease lease);

  /** The peer ended its output and everything before was received. Writing stays open. */
  void onInputEnd();

  /** The write queue was full and has room again. */
  void onWritable();

  /**
   * The write queue became shorter, in a turn that is not the writer's own; {@link
   * Transport#queuedBytes} says what is left. Told before {@link #onWritable}.
   */
  default void onSent() {}

  /**
   * The memory of a write is not needed any more: sent, or dropped because the transport ended.
   * Told once for each owner that was given to {@link Transport#write}, possibly within that call.
   */
  void onReleased(Object owner);

  /**
   * The connection is broken, and its input has not come to its end: bytes that arrived before wait
   * to be read. Writes are dropped from here on. Go on reading to have those bytes, and then {@link
   * #onClosed}; or {@link Transport#abort} at once.
   */
  void onBroken(NativeIoException cause);

  /** What a person wants to know of this connection besides, in a dump; empty for nothing. */
  default String describe() {
    return "";
  }

  /**
   * The transport has ended and its descriptor is closed. Told exactly once, last, and in a later
   * turn than what caused it.
   *
   * @param cause why, or null if it was closed in order
   */
  void onClosed(IOException cause);
}
