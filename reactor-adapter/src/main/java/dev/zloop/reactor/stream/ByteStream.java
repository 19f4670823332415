package dev.zloop.reactor.stream;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * The bytes of a connection, both ways: of a socket, or of what Netty's handlers make of it. For
 * the loop's thread. Its {@link ByteStreamUser} hears of it, never within a call to it.
 *
 * <p>Reading, writing, closing and failing mean here what they mean for a {@link
 * dev.zloop.core.transport.Transport}.
 */
public interface ByteStream {

  /** The loop that this stream lives on, for its whole life. */
  EventLoop loop();

  /** This side's address, of the socket below. */
  SocketAddress localAddress();

  /** The peer's address, of the socket below. */
  SocketAddress remoteAddress();

  /** The limits that the socket's transport was made with. */
  TransportOptions options();

  /** Asks for what arrives, until further notice. */
  void startReading();

  /** Nothing is delivered from here on. What still comes up, a bounded overshoot, is parked. */
  void stopReading();

  /** Whether the write queue has room, and the output is open. */
  boolean isWritable();

  /** How many bytes the write queue takes until it is full. */
  long writableBytes();

  /**
   * Queues a buffer, which it takes: released when it is not needed any more, in any case. What is
   * written after the output's end is dropped.
   */
  void write(ByteBuf buffer);

  /** Whether the kernel sends files by itself: not where handlers have to see the bytes. */
  default boolean sendsFiles() {
    return false;
  }

  /**
   * Queues a piece of a file, where {@link #sendsFiles}. As {@link #write} for the rest; a file
   * that ends before the piece does breaks the stream.
   *
   * @param file which it takes: released when it is not needed any more, in any case
   * @param from where in its part to begin, in bytes
   * @param length bytes, 0 or more
   */
  default void writeFile(FileLease file, long from, long length) {
    throw new UnsupportedOperationException("this stream sends no files by itself");
  }

  /** Bytes of what was written that the kernel has, in all. What was dropped is not. */
  long sentBytes();

  /** Sends what is queued. */
  void flush();

  /**
   * Ends the output once what is queued has been sent; the peer reads to its end. Idempotent.
   *
   * @throws UnsupportedOperationException if the input would end with it, and what the peer still
   *     sends be lost
   */
  void shutdownOutput();

  /** Closes gracefully; nothing is delivered any more. Idempotent. */
  void close();

  /** How long a graceful close waits for the peer; positive. For closes that have not begun. */
  void closeTimeout(Duration timeout);

  /**
   * Closes at once: what is unsent and unread is lost, and the peer sees a reset. Idempotent.
   *
   * @param why for {@link ByteStreamUser#onClosed}, or null
   */
  void abort(IOException why);
}
