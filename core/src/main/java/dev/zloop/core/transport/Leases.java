package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.IntFunction;

/**
 * Makes leases on the chunks of one loop, and uses them again. For the loop's thread; the leases
 * come back from any.
 */
final class Leases {
  private final IntFunction<ByteBuffer> copyMemory;
  private final ArrayDeque<ChunkLease> spare = new ArrayDeque<>();

  /** The loop's thread, known from the first lease on; other threads only compare with it. */
  private volatile Thread owner;

  /** Written once, by the loop, after its last lease; read by releases from any thread. */
  private volatile boolean closed;

  /**
   * @param copyMemory makes a direct buffer for {@link #copy}, or throws an OutOfMemoryError
   */
  Leases(IntFunction<ByteBuffer> copyMemory) {
    this.copyMemory = copyMemory;
  }

  /** Lends the {@code length} bytes of a chunk that follow those used so far. */
  Lease lend(Chunk chunk, int length) {
    if (owner == null) {
      owner = Thread.currentThread();
    }
    ChunkLease lease = spare.poll();
    if (lease == null) {
      lease = new ChunkLease();
    }
    lease.lend(chunk, length);
    return lease;
  }

  /**
   * As {@link #lend}, of a copy, so that the chunk need not wait for it; nothing is used.
   *
   * @return null if there is no memory left to copy them to: they are lost
   */
  Lease copy(Chunk chunk, int length) {
    try {
      return new CopiedLease(copyMemory.apply(length).put(0, chunk.view, chunk.used, length));
    } catch (OutOfMemoryError hoarded) {
      return null;
    }
  }

  /** What a loop receives into, for a person. */
  static String describe(int chunks, int chunksMax, int chunkBytes, String where, int out) {
    long kib = (long) chunks * chunkBytes >> 10;
    long kibMax = (long) chunksMax * chunkBytes >> 10;
    return "receive memory: "
        + (kib + " KiB of " + kibMax + " KiB, in pieces of " + (chunkBytes >> 10) + " KiB")
        + (where + "; leases out: " + out);
  }

  /** From here on, a chunk is freed with the release of the last lease on it. */
  void close() {
    closed = true;
  }

  private final class ChunkLease implements Lease {
    private Chunk chunk;
    private int offset;
    private int length;

    void lend(Chunk from, int bytes) {
      chunk = from;
      offset = from.used;
      length = bytes;
      from.used += bytes;
      from.lent++;
    }

    @Override
    public long address() {
      return chunk.address + offset;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public ByteBuffer buffer() {
      return chunk.view;
    }

    @Override
    public int offset() {
      return offset;
    }

    @Override
    public void release() {
      Chunk from = chunk;
      if (from == null) {
        throw new IllegalStateException("a lease of " + length + " bytes was released twice");
      }
      chunk = null;
      if (Thread.currentThread() == owner) {
        spare.push(this);
      }
      from.giveBack();
      if (closed) {
        from.freeIfAllBack();
      }
    }
  }

  /** What arrived while no chunk could be lent: a copy, which the garbage collector frees. */
  private record CopiedLease(ByteBuffer buffer) implements Lease {

    @Override
    public int offset() {
      return 0;
    }

    @Override
    public int length() {
      return buffer.capacity();
    }

    @Override
    public long address() {
      return Memory.addressOf(buffer);
    }

    @Override
    public void release() {}
  }
}
