package dev.zloop.core.transport;

import dev.zloop.nativereactor.uring.Completor;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/**
 * The memory that a completor receives into: buffers that it was provided, and that are lent out in
 * pieces as {@link Lease}s.
 *
 * <pre>
 *   spare --provide--> with the kernel --filled--> away --all leases back--> spare
 * </pre>
 *
 * <p>Only a few are with the kernel at a time, so that the memory stays in the cache where
 * receivers release at once; twice as many once the kernel ran out of them within a turn. Buffers
 * are allocated when there is need for them.
 *
 * <p>When few are left, because receivers retain leases, what arrives is copied out into memory of
 * its own: a consumer that retains everything costs itself and not the other connections of the
 * loop. Invariant: of those allocated, as many as should be with the kernel are not away. For
 * leases pin only buffers that are with the kernel, and no more are given once twice as many as
 * should be there are left.
 */
final class ProvidedBuffers {

  /** How much should be with the kernel at first. */
  private static final int PROVIDED_BYTES = 512 << 10;

  /** How much of all should be with the kernel at the most: a quarter. */
  private static final int PROVIDED_SHARE = 4;

  private final Completor completor;
  private final int bufferBytes;
  private final Leases leases;

  /** By the id that the completor knows; null where not allocated yet. */
  private final Chunk[] buffers;

  /** How many are allocated, from id 0 on. */
  private int allocated;

  /** How many there may be: fewer than asked for once memory has run out. */
  private int countMax;

  /** Ids of spare buffers, the one that came last on top. */
  private final int[] spare;

  private int spareCount;

  /** Ids of buffers that the kernel is through with, and of which leases were out. */
  private final int[] away;

  private int awayCount;

  /** How many are with the kernel. */
  private int provided;

  /** How many should be. */
  private int providedTarget;

  /**
   * @param bufferBytes of one buffer
   * @param countMax how many, 4 or more; the completor was opened for as many
   */
  ProvidedBuffers(Completor completor, int bufferBytes, int countMax) {
    this(completor, bufferBytes, countMax, ByteBuffer::allocateDirect);
  }

  /** For tests, which run out of memory. */
  ProvidedBuffers(
      Completor completor, int bufferBytes, int countMax, IntFunction<ByteBuffer> copyMemory) {
    this.completor = completor;
    this.bufferBytes = bufferBytes;
    this.countMax = countMax;
    leases = new Leases(copyMemory);
    buffers = new Chunk[countMax];
    spare = new int[countMax];
    away = new int[countMax];
    providedTarget = Math.clamp(PROVIDED_BYTES / bufferBytes, 1, countMax / PROVIDED_SHARE);
    allocate(); // one at least, or there is no loop
  }

  /** Provides what should be with the kernel and is not. Each turn, before it is entered. */
  void replenish() {
    if (provided == providedTarget && !isShort()) {
      return;
    }
    reclaim();
    while (provided < providedTarget && (spareCount > 0 || grow())) {
      int id = spare[--spareCount];
      buffers[id].used = 0;
      completor.provide(id, buffers[id].address, bufferBytes);
      provided++;
    }
  }

  /** Whether leases should not pin more buffers. */
  private boolean isShort() {
    return awayCount >= allocated - 2 * providedTarget;
  }

  private boolean lendsFreely() {
    while (isShort()) {
      if (!grow()) {
        return false;
      }
    }
    return true;
  }

  private boolean grow() {
    if (allocated == countMax) {
      return false;
    }
    try {
      allocate();
      return true;
    } catch (OutOfMemoryError exhausted) {
      countMax = allocated;
      return false;
    }
  }

  private void allocate() {
    buffers[allocated] = new Chunk(bufferBytes);
    spare[spareCount++] = allocated++;
  }

  /** Makes spare buffers of those that are away no more. */
  private void reclaim() {
    int still = 0;
    for (int i = 0; i < awayCount; i++) {
      int id = away[i];
      if (buffers[id].isAllBack()) {
        spare[spareCount++] = id;
      } else {
        away[still++] = id;
      }
    }
    awayCount = still;
  }

  /**
   * The kernel ran out of buffers: more should be with it, if there are more. Not while leases have
   * most of them: the target is also what leases leave, and it must not grow over what they left.
   */
  void onExhausted() {
    int more = Math.min(providedTarget * 2, Math.max(1, countMax / PROVIDED_SHARE));
    while (allocated - awayCount < 2 * more) {
      if (!grow()) {
        return;
      }
    }
    providedTarget = more;
  }

  /**
   * Lends what was received: the bytes of a buffer that follow those received before.
   *
   * @param remains whether the buffer is still with the kernel
   * @return null if there is no memory left to copy them to: they are lost
   */
  Lease lend(int id, int length, boolean remains) {
    Chunk buffer = buffers[id];
    Lease lease;
    if (lendsFreely()) {
      lease = leases.lend(buffer, length);
    } else {
      lease = leases.copy(buffer, length);
      buffer.used += length;
    }
    if (!remains) {
      takeBack(id);
    }
    return lease;
  }

  /** As {@link #lend}, where nobody wants it. */
  void discard(int id, int length, boolean remains) {
    buffers[id].used += length;
    if (!remains) {
      takeBack(id);
    }
  }

  private void takeBack(int id) {
    provided--;
    if (buffers[id].isAllBack()) {
      spare[spareCount++] = id;
    } else {
      away[awayCount++] = id;
    }
  }

  /** Frees every buffer: now, or with the release of the last lease on it. */
  void close() {
    leases.close();
    for (int id = 0; id < allocated; id++) {
      buffers[id].freeIfAllBack();
    }
  }

  /** For a person. */
  String describe() {
    int out = 0;
    for (int id = 0; id < allocated; id++) {
      out += buffers[id].out();
    }
    String where =
        " (" + provided + " with the kernel, " + spareCount + " spare, " + awayCount + " used up)";
    return Leases.describe(allocated, countMax, bufferBytes, where, out);
  }

  /** How many buffers are not freed; for tests. */
  int buffersInUse() {
    int count = 0;
    for (int id = 0; id < allocated; id++) {
      count += buffers[id].isFreed() ? 0 : 1;
    }
    return count;
  }
}
