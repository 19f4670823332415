package dev.zloop.it.support;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;

/**
 * A stream whose every byte follows from its position, so that order and wholeness show. Another
 * seed makes another stream, so that it shows too when connections are mixed up.
 */
public record Pattern(long seed) {
  public static final Pattern DEFAULT = new Pattern(0);

  public byte at(long position) {
    return (byte) (mixed(seed + (position >>> 3)) >>> ((position & 7) << 3));
  }

  /** The finalizer of MurmurHash3: every bit of the input decides on every bit of the output. */
  private static long mixed(long z) {
    z = (z ^ z >>> 33) * 0xff51afd7ed558ccdL;
    z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
    return z ^ z >>> 33;
  }

  public byte[] bytes(long from, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(from + i);
    }
    return bytes;
  }

  /**
   * A direct buffer; the receiver's to release. Not from a pool, which gives the same object again:
   * so that its count remains zero once it is released.
   */
  public ByteBuf buffer(long from, int length) {
    return Unpooled.directBuffer(length).writeBytes(bytes(from, length));
  }

  /** The first bytes of the stream in buffers, each made when it is requested. */
  public Flux<ByteBuf> buffers(long length, int bufferBytes) {
    return Flux.generate(
        () -> 0L,
        (from, sink) -> {
          int next = (int) Math.min(bufferBytes, length - from);
          if (next == 0) {
            sink.complete();
          } else {
            sink.next(buffer(from, next));
          }
          return from + next;
        });
  }

  /** Fails at the first byte that is not the one of its position. */
  public void check(ByteBuffer bytes, long from) {
    for (int i = 0; i < bytes.remaining(); i++) {
      if (bytes.get(bytes.position() + i) != at(from + i)) {
        throw new AssertionError("another byte than expected at " + (from + i));
      }
    }
  }
}
