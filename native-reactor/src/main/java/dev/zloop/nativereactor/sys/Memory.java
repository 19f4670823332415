package dev.zloop.nativereactor.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Native memory by its address: plain reads and writes in the machine's byte order, at any
 * alignment.
 *
 * <p>Nothing is checked, as nothing is in C: a wrong address ends the JVM. The memory is a {@link
 * Region}'s or a direct ByteBuffer's, and its owner keeps it alive meanwhile. Accesses are plain,
 * but for those that say otherwise: what is shared with another thread or with the kernel needs an
 * order.
 *
 * <p>One segment spans the whole address space; a get and a set through it take 1.5 ns together.
 */
public final class Memory {
  private static final MemorySegment ALL = wholeAddressSpace();

  /** Ordered accesses exist at aligned addresses only. */
  private static final VarHandle INT = JAVA_INT.varHandle();

  private static final VarHandle SHORT = JAVA_SHORT.varHandle();

  private Memory() {}

  @SuppressWarnings("restricted")
  private static MemorySegment wholeAddressSpace() {
    Native.ensureUsable();
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  /** The byte at an address. */
  public static byte getByte(long address) {
    return ALL.get(JAVA_BYTE, address);
  }

  /** Writes one byte. */
  public static void putByte(long address, byte value) {
    ALL.set(JAVA_BYTE, address, value);
  }

  /** The two bytes at an address. */
  public static short getShort(long address) {
    return ALL.get(JAVA_SHORT_UNALIGNED, address);
  }

  /** Writes two bytes. */
  public static void putShort(long address, short value) {
    ALL.set(JAVA_SHORT_UNALIGNED, address, value);
  }

  /** The four bytes at an address. */
  public static int getInt(long address) {
    return ALL.get(JAVA_INT_UNALIGNED, address);
  }

  /** Writes four bytes. */
  public static void putInt(long address, int value) {
    ALL.set(JAVA_INT_UNALIGNED, address, value);
  }

  /** The eight bytes at an address. */
  public static long getLong(long address) {
    return ALL.get(JAVA_LONG_UNALIGNED, address);
  }

  /** Writes eight bytes. */
  public static void putLong(long address, long value) {
    ALL.set(JAVA_LONG_UNALIGNED, address, value);
  }

  /**
   * The four bytes at an address, which is a multiple of four. Acquire: whatever was written before
   * the {@linkplain #putIntRelease release} of the value found here is visible to who found it.
   */
  public static int getIntAcquire(long address) {
    return (int) INT.getAcquire(ALL, address);
  }

  /**
   * Writes four bytes to an address that is a multiple of four. Release: whatever this thread has
   * read and written before has happened for whoever acquires the value.
   */
  public static void putIntRelease(long address, int value) {
    INT.setRelease(ALL, address, value);
  }

  /** Writes two bytes to an address that is a multiple of two, as {@link #putIntRelease} does. */
  public static void putShortRelease(long address, short value) {
    SHORT.setRelease(ALL, address, value);
  }

  /** Writes {@code length} zeros. */
  public static void zero(long address, long length) {
    ALL.asSlice(address, length).fill((byte) 0);
  }

  /** Copies {@code length} bytes from one address to another; the two areas may overlap. */
  public static void copy(long from, long to, long length) {
    MemorySegment.copy(ALL, from, ALL, to, length);
  }

  /** Copies {@code length} bytes of an array, from {@code offset} on, to an address. */
  public static void copyIn(byte[] from, int offset, int length, long to) {
    MemorySegment.copy(from, offset, ALL, JAVA_BYTE, to, length);
  }

  /**
   * Copies whatever remains in a buffer, of any kind, to an address, and moves the buffer's
   * position to its limit.
   *
   * @return how many bytes that were
   */
  public static int copyIn(ByteBuffer from, long to) {
    int length = from.remaining();
    MemorySegment.copy(MemorySegment.ofBuffer(from), 0, ALL, to, length);
    from.position(from.limit());
    return length;
  }

  /** Copies {@code length} bytes from an address into an array, from {@code offset} on. */
  public static void copyOut(long from, byte[] to, int offset, int length) {
    MemorySegment.copy(ALL, JAVA_BYTE, from, to, offset, length);
  }

  /**
   * Copies {@code length} bytes from an address into a buffer, of any kind, and moves the buffer's
   * position behind them.
   *
   * @throws IndexOutOfBoundsException if the buffer has less room
   */
  public static void copyOut(long from, int length, ByteBuffer to) {
    MemorySegment.copy(ALL, from, MemorySegment.ofBuffer(to), 0, length);
    to.position(to.position() + length);
  }

  /**
   * The address of a direct buffer's first remaining byte, which is the one at its position and not
   * at index 0. {@code remaining()} bytes may be accessed there, written only if the buffer is not
   * read-only, and only as long as the caller keeps the buffer reachable.
   *
   * @param buffer a direct buffer of any origin
   * @return the address
   * @throws IllegalArgumentException if the buffer is on the heap, where the collector moves it
   * @throws IllegalStateException if the buffer's memory has been freed
   */
  public static long addressOf(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException("not a direct buffer: " + buffer);
    }
    MemorySegment segment = MemorySegment.ofBuffer(buffer);
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("the buffer's memory has been freed: " + buffer);
    }
    return segment.address();
  }
}
