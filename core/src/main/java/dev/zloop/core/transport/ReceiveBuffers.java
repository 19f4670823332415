package dev.zloop.core.transport;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The memory that a loop over readiness receives into, and lends out as {@link Lease}s.
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
  static final int CHUNK_BYTES = SocketIo.CHUNK_BYTES;
  static final int CHUNKS_MAX = 64;

  /** A chunk with less room than this is set aside: small receives would cost more than memory. */
  static final int ROOM_BYTES_MIN = CHUNK_BYTES / 4;

  private final int chunkBytes;
  private final int roomBytesMin;
  private final int chunksMax;
  private final Leases leases;
  private final List<Chunk> chunks = new ArrayList<>();
  private final ArrayList<Chunk> setAside = new ArrayList<>();
  private Chunk current;
  private Chunk spare;

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
    this.leases = new Leases(copyMemory);
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
    return current.address + current.used;
  }

  /**
   * Lends the first {@code length} bytes at {@link #address}, where something was received.
   *
   * @return null if there is no memory left to copy them to: they are lost
   */
  Lease lend(int length) {
    if (chunkBytes - current.used - length < roomBytesMin && !hasSpare()) {
      return leases.copy(current, length);
    }
    return leases.lend(current, length);
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
    leases.close();
    chunks.forEach(Chunk::freeIfAllBack);
  }

  /** For a person. */
  String describe() {
    int out = 0;
    for (Chunk chunk : chunks) {
      out += chunk.out();
    }
    return Leases.describe(chunks.size(), chunksMax, chunkBytes, "", out);
  }

  /** How many chunks are not freed; for tests. */
  int chunksInUse() {
    return (int) chunks.stream().filter(chunk -> !chunk.isFreed()).count();
  }
}
