package dev.zloop.nativereactor.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A piece of native memory with one owner, who closes it once the kernel and everybody else are
 * through with it. Its views know when it is closed; its {@linkplain #address() address}, being a
 * number, does not.
 *
 * <p>Any thread may use it and close it.
 */
public final class Region implements AutoCloseable {
  private final Arena arena;
  private final MemorySegment segment;

  /** Where it goes when it is closed, instead of back to the system; or null. */
  private final RecycledRegions recycler;

  /** Closed, and recycled: its memory is, or will be, another region's. */
  private volatile boolean recycled;

  private Region(Arena arena, MemorySegment segment, RecycledRegions recycler) {
    this.arena = arena;
    this.segment = segment;
    this.recycler = recycler;
  }

  /**
   * Allocates zeroed memory.
   *
   * @param size in bytes, above 0
   * @param alignment of the address in bytes, a power of two
   * @return a region that the caller closes
   * @throws OutOfMemoryError if there is none left
   * @throws dev.zloop.nativereactor.NativeAccessException if native code cannot be called
   */
  public static Region allocate(long size, long alignment) {
    Native.ensureUsable();
    if (size <= 0) {
      throw new IllegalArgumentException("size: " + size);
    }
    RecycledRegions recycler = RecycledRegions.ofThisThread();
    return recycler == null ? fresh(size, alignment, null) : recycler.take(size, alignment);
  }

  /** From the system; zeroed. */
  static Region fresh(long size, long alignment, RecycledRegions recycler) {
    Arena arena = Arena.ofShared();
    try {
      return new Region(arena, arena.allocate(size, alignment), recycler);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  boolean isAligned(long alignment) {
    return (segment.address() & (alignment - 1)) == 0;
  }

  /** Another region on the memory of this one, which is closed; zeroed. */
  Region again() {
    segment.fill((byte) 0);
    return new Region(arena, segment, recycler);
  }

  /**
   * Where it begins.
   *
   * @return the address
   * @throws IllegalStateException if closed
   */
  public long address() {
    if (recycled || !arena.scope().isAlive()) {
      throw new IllegalStateException("closed");
    }
    return segment.address();
  }

  /**
   * How long it is.
   *
   * @return bytes
   */
  public long size() {
    return segment.byteSize();
  }

  /**
   * The whole as a buffer: direct, big-endian as every new ByteBuffer is (the kernel's structs have
   * the machine's order), a new object with each call. Using it after {@link #close()} throws
   * IllegalStateException.
   *
   * @return a buffer over all of it
   * @throws UnsupportedOperationException if it is longer than a ByteBuffer can be
   */
  public ByteBuffer view() {
    return segment.asByteBuffer();
  }

  /**
   * A part as a buffer, as {@link #view()} is one.
   *
   * @param offset of its first byte
   * @param length in bytes
   * @return a buffer over the part
   * @throws IndexOutOfBoundsException if that is not a part
   */
  public ByteBuffer view(long offset, int length) {
    return segment.asSlice(offset, length).asByteBuffer();
  }

  /**
   * Frees the memory. The kernel must not read or write it any more.
   *
   * @throws IllegalStateException if closed already (it had two owners, then), or if another thread
   *     is using a view at this moment
   */
  @Override
  public void close() {
    if (recycler == null) {
      arena.close();
    } else if (recycled) {
      throw new IllegalStateException("closed already");
    } else {
      recycled = true;
      segment.fill((byte) 0xDB); // whoever still reads it finds what nobody wrote
      recycler.giveBack(this);
    }
  }
}
