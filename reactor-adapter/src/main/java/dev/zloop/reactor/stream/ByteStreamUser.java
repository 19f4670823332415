package dev.zloop.reactor.stream;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Whoever a {@link ByteStream} is for. Told on the loop's thread, never within a call to it. */
public interface ByteStreamUser {

  /** Bytes arrived, and reading is on. The user owns the buffer. */
  void onReceived(ByteBuf buffer);

  /**
   * Nothing more will arrive, and everything before was received. Writing stays open.
   *
   * @param failure why this is not the end that the peer meant, or null if it is
   */
  void onInputEnd(IOException failure);

  /** The write queue was full and has room again. */
  void onWritable();

  /** The kernel took some of what was written; {@link ByteStream#sentBytes} says how much. */
  void onSent();

  /**
   * Nothing can be written any more. What arrived before may wait to be read.
   *
   * @return whether that is still wanted, by who then goes on reading, until {@link #onClosed};
   *     else the stream is aborted
   */
  boolean onBroken(IOException cause);

  /** What a person wants to know of the stream besides, in a dump; empty for nothing. */
  default String describe() {
    return "";
  }

  /**
   * The stream has ended. Told exactly once, last, and in a later turn than what caused it.
   *
   * @param cause why, or null if it was closed in order
   */
  void onClosed(IOException cause);
}
