package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Memory;
import java.nio.ByteBuffer;

/** A stream whose every byte follows from its position, so that order and wholeness show. */
final class Pattern {
  private Pattern() {}

  static byte at(long position) {
    return (byte) (position ^ position >>> 8 ^ position >>> 16);
  }

  static byte[] bytes(long from, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(from + i);
    }
    return bytes;
  }

  static void fill(long address, long from, int length) {
    byte[] bytes = bytes(from, length);
    Memory.copyIn(bytes, 0, length, address);
  }

  /** Fails at the first byte that is not the one of its position. */
  static void check(ByteBuffer buffer, int offset, int length, long from) {
    for (int i = 0; i < length; i++) {
      if (buffer.get(offset + i) != at(from + i)) {
        throw new AssertionError("another byte than expected at " + (from + i));
      }
    }
  }
}
