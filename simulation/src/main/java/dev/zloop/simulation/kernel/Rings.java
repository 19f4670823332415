package dev.zloop.simulation.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Memory for what is on its way between sockets, to be used again by the next simulation. */
public final class Rings {
  private static final int SIZES = 31;

  /** Larger ones are rare, and left to the collector. */
  private static final int KEPT_BYTES_MAX = 256 << 10;

  /** By the logarithm of their size. */
  private final List<ArrayDeque<byte[]>> free = new ArrayList<>();

  private final List<byte[]> taken = new ArrayList<>();

  public Rings() {
    for (int i = 0; i < SIZES; i++) {
      free.add(new ArrayDeque<>());
    }
  }

  /** An array of so many bytes or more, a power of two; with anything in it. */
  byte[] take(int bytes) {
    int size = Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1);
    byte[] ring = free.get(size).poll();
    if (ring == null) {
      ring = new byte[1 << size];
    }
    taken.add(ring);
    return ring;
  }

  /** Whatever was taken is not used any more. */
  public void reclaim() {
    for (byte[] ring : taken) {
      if (ring.length <= KEPT_BYTES_MAX) {
        free.get(Integer.numberOfTrailingZeros(ring.length)).push(ring);
      }
    }
    taken.clear();
  }
}
