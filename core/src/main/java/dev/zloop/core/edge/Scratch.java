package dev.zloop.core.edge;

import dev.zloop.nativereactor.sys.GroupRequest;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketAddresses;
import java.nio.ByteBuffer;

/**
 * Native memory for what a system call reads or writes, a piece for each thread. What is in there
 * holds until the same thread makes its next call; the collector frees it some time after the
 * thread's end.
 */
final class Scratch {

  /** Room for an address, or for any option's value; behind it, for the length of either. */
  static final int VALUE_BYTES = Math.max(SocketAddresses.MAX_LENGTH, GroupRequest.SIZE);

  private static final ThreadLocal<ByteBuffer> BUFFERS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(VALUE_BYTES + Integer.BYTES));

  private Scratch() {}

  /** Where the value is, or goes. */
  static long value() {
    return Memory.addressOf(BUFFERS.get());
  }

  /** The socklen_t that is in and out, set to the room for the value. */
  static long lengthOfRoom() {
    long length = value() + VALUE_BYTES;
    Memory.putInt(length, VALUE_BYTES);
    return length;
  }

  /** The length that the kernel reported. */
  static int length() {
    return Memory.getInt(value() + VALUE_BYTES);
  }
}
