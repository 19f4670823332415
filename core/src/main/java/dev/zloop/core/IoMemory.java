package dev.zloop.core;

import dev.zloop.core.transport.SocketIo;

/**
 * What memory a loop takes for its I/O.
 *
 * @param receiveBytes to receive into, at the most; a multiple of {@link SocketIo#CHUNK_BYTES}
 * @param uringEntries operations that a ring can queue
 */
record IoMemory(long receiveBytes, int uringEntries) {
  static final long RECEIVE_BYTES_MIN = 1L << 20;
  static final long RECEIVE_BYTES_MAX = 512L << 20;
  static final long RECEIVE_BYTES_DEFAULT = 16L << 20;

  static final int URING_ENTRIES_MIN = 8;
  static final int URING_ENTRIES_MAX = 8192;
  static final int URING_ENTRIES_DEFAULT = 1024;

  static final String RECEIVE_MEMORY = "zloop.receiveMemory";
  static final String URING_ENTRIES = "zloop.uring.entries";

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  IoMemory {
    requireReceiveBytes(RECEIVE_MEMORY, receiveBytes);
    requireUringEntries(uringEntries);
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
        receiveBytes != 0 ? receiveBytes : property(RECEIVE_MEMORY, RECEIVE_BYTES_DEFAULT),
        (int) requireUringEntries(property(URING_ENTRIES, URING_ENTRIES_DEFAULT)));
  }

  private static long property(String name, long otherwise) {
    String value = System.getProperty(name);
    try {
      return value != null ? Long.parseLong(value) : otherwise;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name + " is \"" + value + "\", expected a whole number", e);
    }
  }

  static long requireReceiveBytes(String name, long bytes) {
    return requireRange(name, bytes, RECEIVE_BYTES_MIN, RECEIVE_BYTES_MAX);
  }

  private static long requireUringEntries(long entries) {
    return requireRange(URING_ENTRIES, entries, URING_ENTRIES_MIN, URING_ENTRIES_MAX);
  }

  private static long requireRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ", expected from " + min + " to " + max);
    }
    return value;
  }
}
