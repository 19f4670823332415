package dev.zloop.core.transport;

import java.nio.ByteBuffer;

/**
 * Bytes that were received, where the kernel put them. Whoever is given a lease releases it once,
 * from any thread; until then the memory is its to read and to write. Leases are used again: do not
 * keep a reference after the release.
 */
public interface Lease {

  /** The native address of the first byte; valid until the release. */
  long address();

  /** How many bytes; at least 1. */
  int length();

  /**
   * A buffer that holds the bytes, from {@link #offset} on. It is shared with other leases: use its
   * absolute methods only, and leave position, limit and order alone. Its order is big-endian.
   */
  ByteBuffer buffer();

  /** Where in {@link #buffer} the bytes begin. */
  int offset();

  /** Gives the memory back. */
  void release();
}
