package dev.zloop.core;

import dev.zloop.core.transport.SocketIo;

/**
 * What memory a loop takes for its I/O.
 *
 * @param receiveBytes to receive into, at the most; a multiple of {@link SocketIo#CHUNK_BYTES}
 * @param uringEntries operations that a ring can queue
 */
record IoMemory(long receiveBytes, int uringEntries) {
  static final NumberProperty RECEIVE_MEMORY =
      new NumberProperty("zloop.receiveMemory", 1 << 20, 512 << 20, 16 << 20);

  static final NumberProperty URING_ENTRIES =
      new NumberProperty("zloop.uring.entries", 8, 8192, 1024);

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  IoMemory {
    RECEIVE_MEMORY.require(RECEIVE_MEMORY.name(), receiveBytes);
    URING_ENTRIES.require(URING_ENTRIES.name(), uringEntries);
    receiveBytes = Math.ceilDiv(receiveBytes, SocketIo.CHUNK_BYTES) * SocketIo.CHUNK_BYTES;
  }

  /**
   * What the system properties say.
   *
   * @param receiveBytes what a builder says in place of a property, or 0
   * @throws IllegalArgumentException if a property is no number, or out of its range
   */
  static IoMemory configured(long receiveBytes) {
    return new IoMemory(
        receiveBytes != 0 ? receiveBytes : RECEIVE_MEMORY.get(), (int) URING_ENTRIES.get());
  }
}
