package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.Memory;
import java.util.ArrayDeque;

/**
 * The buffers that a completor was provided, first in first out. While they are lent nobody else
 * may write them: a mark at the end of each tells.
 */
final class LentBuffers {
  private static final long MARK = 0x5EA1_ED0F_F1CE_5EA1L;

  private final Kernel kernel;
  private final boolean incremental;
  private final long[] addresses;
  private final int[] lengths;
  private final int[] offsets;
  private final boolean[] lent;
  private final ArrayDeque<Integer> available = new ArrayDeque<>();

  /** Provided since the loop last entered. */
  private final ArrayDeque<Integer> fresh = new ArrayDeque<>();

  LentBuffers(Kernel kernel, int count, boolean incremental) {
    this.kernel = kernel;
    this.incremental = incremental;
    addresses = new long[count];
    lengths = new int[count];
    offsets = new int[count];
    lent = new boolean[count];
  }

  void provide(int id, long address, int length) {
    if (id < 0 || id >= lent.length || lent[id] || length <= 0) {
      throw kernel.violated("provides buffer " + id + " of " + length + " bytes, lent already?");
    }
    lent[id] = true;
    addresses[id] = address;
    lengths[id] = length;
    offsets[id] = 0;
    mark(id);
    fresh.add(id);
  }

  private void mark(int id) {
    if (room(id) >= Long.BYTES) {
      Memory.putLong(addresses[id] + lengths[id] - Long.BYTES, MARK ^ id);
    }
  }

  /** As long as what was received has not come to the mark itself. */
  private boolean isMarked(int id) {
    return room(id) < Long.BYTES
        || Memory.getLong(addresses[id] + lengths[id] - Long.BYTES) == (MARK ^ id);
  }

  /** The loop enters: the kernel sees what was provided. */
  void publish() {
    available.addAll(fresh);
    fresh.clear();
  }

  boolean isEmpty() {
    return available.isEmpty();
  }

  /** The buffer that the next receive goes to; there is one. */
  int first() {
    return available.peek();
  }

  int room(int id) {
    return lengths[id] - offsets[id];
  }

  /**
   * Receives into the first buffer, which has the room.
   *
   * @return whether the buffer remains lent
   */
  boolean receive(Socket socket, int bytes) {
    int id = first();
    if (!isMarked(id)) {
      throw kernel.violated("buffer " + id + " was written while it was the kernel's");
    }
    socket.receive(addresses[id] + offsets[id], bytes);
    offsets[id] += bytes;
    if (incremental && room(id) > 0) {
      return true;
    }
    lent[id] = false;
    available.poll();
    return false;
  }
}
