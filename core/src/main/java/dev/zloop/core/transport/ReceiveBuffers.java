package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The memory that a loop receives into, and lends out as {@link Lease}s.
 *
 * <p>A chunk is filled from its front to its end; when everything lent from it is back, it is
 * filled from the front again. Receivers that release at once therefore always get the same,
 * cached, memory; one that retains pins its chunk, and the next is taken. When all chunks are
 * pinned, what arrives is copied out into memory of its own, so that a consumer that retains
 * everything costs itself and not the other connections of the loop.
 *
 * <p>Invariant: whenever the current chunk has less than the least room, there is a spare one, or
 * everything lent from it is back.
 */
final class ReceiveBuffers {
  static final int CHUNK_BYTES = 256 << 10;
  static final int CHUNKS_MAX = 64;

  /** A chunk with less room than this is set aside: small receives would cost more than memory. */
  static final int ROOM_BYTES_MIN = CHUNK_BYTES / 4;

  private final int chunkBytes;
  private final int roomBytesMin;
  private final int chunksMax;
  private final IntFunction<ByteBuffer> copyMemory;
  private final List<Chunk> chunks = new ArrayList<>();
  private final ArrayList<Chunk> setAside = new ArrayList<>();
  private final ArrayDeque<ChunkLease> spareLeases = new ArrayDeque<>();
  private Chunk current;
  private Chunk spare;

  /** The loop's thread, known from the first receive on; other threads only compare with it. */
  private volatile Thread owner;

  /** Written once, by the loop, after its last lend; read by releases from any thread. */
  private volatile boolean closed;

  ReceiveBuffers(int chunksMax) {
    this(CHUNK_BYTES, chunksMax);
  }

  /** Of chunks of any size; a quarter of one is the least room. */
  ReceiveBuffers(int chunkBytes, int chunksMax) {
    this(chunkBytes, chunksMax, ByteBuffer::allocateDirect);
  }

  /** For tests, which run out of memory. */
  ReceiveBuffers(int chunksMax, IntFunction<ByteBuffer> copyMemory) {
    this(CHUNK_BYTES, chunksMax, copyMemory);
  }

  private ReceiveBuffers(int chunkBytes, int chunksMax, IntFunction<ByteBuffer> copyMemory) {
    this.chunkBytes = chunkBytes;
    this.roomBytesMin = chunkBytes / 4;
    this.chunksMax = chunksMax;
    this.copyMemory = copyMemory;
    this.current = newChunk();
  }

  /** How many bytes may be received at {@link #address}; the least room, or more. */
  int room() {
    if (current.isAllBack()) {
      current.used = 0;
    } else if (chunkBytes - current.used < roomBytesMin) {
      setAside.add(current);
      current = spare;
      spare = null;
    }
    return chunkBytes - current.used;
  }

  /** Where to receive next; asked after {@link #room}. */
  long address() {
    return current.region.address() + current.used;
  }

  /**
   * Lends the first {@code length} bytes at {@link #address}, where something was received.
   *
   * @return null if there is no memory left to copy them to: they are lost
   */
  Lease lend(int length) {
    if (chunkBytes - current.used - length < roomBytesMin && !hasSpare()) {
      return copy(length);
    }
    if (owner == null) {
      owner = Thread.currentThread();
    }
    ChunkLease lease = spareLeases.poll();
    if (lease == null) {
      lease = new ChunkLease();
    }
    lease.lend(current, length);
    return lease;
  }

  private Lease copy(int length) {
    try {
      return new CopiedLease(copyMemory.apply(length).put(0, current.view, current.used, length));
    } catch (OutOfMemoryError hoarded) {
      return null;
    }
  }

  private boolean hasSpare() {
    if (spare == null) {
      spare = findReturned();
    }
    if (spare == null && chunks.size() < chunksMax) {
      try {
        spare = newChunk();
      } catch (OutOfMemoryError hoarded) {
        return false;
      }
    }
    return spare != null;
  }

  /** A chunk that was set aside and is all back, or null. */
  private Chunk findReturned() {
    for (int i = 0; i < setAside.size(); i++) {
      if (setAside.get(i).isAllBack()) {
        Chunk found = setAside.remove(i);
        found.used = 0;
        return found;
      }
    }
    return null;
  }

  private Chunk newChunk() {
    Chunk chunk = new Chunk(chunkBytes);
    chunks.add(chunk);
    return chunk;
  }

  /** Frees every chunk: now, or with the release of the last lease on it. */
  void close() {
    closed = true;
    chunks.forEach(Chunk::freeIfAllBack);
  }

  /** How many chunks are not freed; for tests. */
  int chunksInUse() {
    return (int) chunks.stream().filter(chunk -> !chunk.freed).count();
  }

  private static final class Chunk {
    private static final VarHandle RETURNED;
    private static final VarHandle FREED;

    static {
      try {
        var lookup = MethodHandles.lookup();
        RETURNED = lookup.findVarHandle(Chunk.class, "returned", int.class);
        FREED = lookup.findVarHandle(Chunk.class, "freed", boolean.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    final Region region;
    final ByteBuffer view;

    /** Bytes at the front that are lent, or were. */
    int used;

    /** Leases ever given, by the loop. Other threads read it only after they have seen closed. */
    int lent;

    /**
     * Leases ever returned, by any thread; its release makes their last access precede the reuse.
     */
    private volatile int returned;

    private volatile boolean freed;

    Chunk(int bytes) {
      region = Region.allocate(bytes, 4096);
      view = region.view();
    }

    boolean isAllBack() {
      return returned == lent;
    }

    void giveBack() {
      RETURNED.getAndAdd(this, 1);
    }

    void freeIfAllBack() {
      if (isAllBack() && FREED.compareAndSet(this, false, true)) {
        region.close();
      }
    }
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
      return chunk.region.address() + offset;
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
        spareLeases.push(this);
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
