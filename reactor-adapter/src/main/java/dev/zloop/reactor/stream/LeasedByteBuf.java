package dev.zloop.reactor.stream;

import dev.zloop.core.transport.Lease;
import io.netty.buffer.AbstractReferenceCountedByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;

/**
 * What was received, as Netty's buffer, without a copy: a fixed window on the lease's memory, which
 * goes back with the last release. It cannot grow; it can be read, overwritten, sliced and
 * retained.
 *
 * <p>Written by hand because Netty's own buffers over foreign memory either cannot tell of their
 * release or need {@code Unsafe}. All access is absolute, on the buffer that all leases of a chunk
 * share.
 */
final class LeasedByteBuf extends AbstractReferenceCountedByteBuf {
  private static final ResourceLeakDetector<LeasedByteBuf> LEAKS =
      ResourceLeakDetectorFactory.instance().newResourceLeakDetector(LeasedByteBuf.class);

  private final ByteBufAllocator allocator;
  private final ByteBuffer memory;
  private final int offset;
  private final int length;

  /** Null unless this buffer is one of those that Netty's leak detector samples. */
  private final ResourceLeakTracker<LeasedByteBuf> tracker;

  private Lease lease;

  LeasedByteBuf(Lease lease, ByteBufAllocator allocator) {
    super(lease.length());
    this.lease = lease;
    this.allocator = allocator;
    this.memory = lease.buffer();
    this.offset = lease.offset();
    this.length = lease.length();
    this.tracker = LEAKS.track(this);
    setIndex(0, length);
  }

  @Override
  protected void deallocate() {
    Lease mine = lease;
    lease = null;
    mine.release();
    if (tracker != null) {
      tracker.close(this);
    }
  }

  @Override
  public ByteBuf touch(Object hint) {
    if (tracker != null) {
      tracker.record(hint);
    }
    return this;
  }

  // ---- what it is

  @Override
  public int capacity() {
    return length;
  }

  @Override
  public ByteBuf capacity(int newCapacity) {
    checkNewCapacity(newCapacity);
    if (newCapacity == length) {
      return this;
    }
    throw new UnsupportedOperationException(
        "a received buffer stays at its " + length + " bytes; copy() it to change its capacity");
  }

  @Override
  public ByteBufAllocator alloc() {
    return allocator;
  }

  @Override
  @Deprecated
  public ByteOrder order() {
    return ByteOrder.BIG_ENDIAN;
  }

  @Override
  public ByteBuf unwrap() {
    return null;
  }

  @Override
  public boolean isDirect() {
    return true;
  }

  @Override
  public boolean hasArray() {
    return false;
  }

  @Override
  public byte[] array() {
    throw new UnsupportedOperationException("a direct buffer has no array");
  }

  @Override
  public int arrayOffset() {
    throw new UnsupportedOperationException("a direct buffer has no array");
  }

  @Override
  public boolean hasMemoryAddress() {
    return true;
  }

  @Override
  public long memoryAddress() {
    ensureAccessible();
    return lease.address();
  }

  // ---- single values

  @Override
  protected byte _getByte(int index) {
    return memory.get(offset + index);
  }

  @Override
  protected short _getShort(int index) {
    return memory.getShort(offset + index);
  }

  @Override
  protected short _getShortLE(int index) {
    return Short.reverseBytes(_getShort(index));
  }

  @Override
  protected int _getUnsignedMedium(int index) {
    return (_getByte(index) & 0xff) << 16 | _getShort(index + 1) & 0xffff;
  }

  @Override
  protected int _getUnsignedMediumLE(int index) {
    return _getShortLE(index) & 0xffff | (_getByte(index + 2) & 0xff) << 16;
  }

  @Override
  protected int _getInt(int index) {
    return memory.getInt(offset + index);
  }

  @Override
  protected int _getIntLE(int index) {
    return Integer.reverseBytes(_getInt(index));
  }

  @Override
  protected long _getLong(int index) {
    return memory.getLong(offset + index);
  }

  @Override
  protected long _getLongLE(int index) {
    return Long.reverseBytes(_getLong(index));
  }

  @Override
  protected void _setByte(int index, int value) {
    memory.put(offset + index, (byte) value);
  }

  @Override
  protected void _setShort(int index, int value) {
    memory.putShort(offset + index, (short) value);
  }

  @Override
  protected void _setShortLE(int index, int value) {
    _setShort(index, Short.reverseBytes((short) value));
  }

  @Override
  protected void _setMedium(int index, int value) {
    _setByte(index, value >>> 16);
    _setShort(index + 1, value);
  }

  @Override
  protected void _setMediumLE(int index, int value) {
    _setShortLE(index, value);
    _setByte(index + 2, value >>> 16);
  }

  @Override
  protected void _setInt(int index, int value) {
    memory.putInt(offset + index, value);
  }

  @Override
  protected void _setIntLE(int index, int value) {
    _setInt(index, Integer.reverseBytes(value));
  }

  @Override
  protected void _setLong(int index, long value) {
    memory.putLong(offset + index, value);
  }

  @Override
  protected void _setLongLE(int index, long value) {
    _setLong(index, Long.reverseBytes(value));
  }

  // ---- bulk: all by way of a window on the memory

  /** A buffer of its own on these bytes, from position 0 to its limit. */
  private ByteBuffer window(int index, int bytes) {
    checkIndex(index, bytes);
    return memory.slice(offset + index, bytes);
  }

  @Override
  public ByteBuf getBytes(int index, ByteBuf to, int toIndex, int bytes) {
    to.setBytes(toIndex, window(index, bytes));
    return this;
  }

  @Override
  public ByteBuf getBytes(int index, byte[] to, int toIndex, int bytes) {
    checkDstIndex(index, bytes, toIndex, to.length);
    memory.get(offset + index, to, toIndex, bytes);
    return this;
  }

  @Override
  public ByteBuf getBytes(int index, ByteBuffer to) {
    to.put(window(index, to.remaining()));
    return this;
  }

  @Override
  public ByteBuf getBytes(int index, OutputStream to, int bytes) throws IOException {
    byte[] copy = new byte[bytes];
    getBytes(index, copy, 0, bytes);
    to.write(copy);
    return this;
  }

  @Override
  public int getBytes(int index, GatheringByteChannel to, int bytes) throws IOException {
    return to.write(window(index, bytes));
  }

  @Override
  public int getBytes(int index, FileChannel to, long position, int bytes) throws IOException {
    return to.write(window(index, bytes), position);
  }

  @Override
  public ByteBuf setBytes(int index, ByteBuf from, int fromIndex, int bytes) {
    from.getBytes(fromIndex, window(index, bytes));
    return this;
  }

  @Override
  public ByteBuf setBytes(int index, byte[] from, int fromIndex, int bytes) {
    checkSrcIndex(index, bytes, fromIndex, from.length);
    memory.put(offset + index, from, fromIndex, bytes);
    return this;
  }

  @Override
  public ByteBuf setBytes(int index, ByteBuffer from) {
    window(index, from.remaining()).put(from);
    return this;
  }

  @Override
  public int setBytes(int index, InputStream from, int bytes) throws IOException {
    byte[] copy = new byte[bytes];
    int read = from.read(copy);
    if (read > 0) {
      setBytes(index, copy, 0, read);
    }
    return read;
  }

  @Override
  public int setBytes(int index, ScatteringByteChannel from, int bytes) throws IOException {
    return from.read(window(index, bytes));
  }

  @Override
  public int setBytes(int index, FileChannel from, long position, int bytes) throws IOException {
    return from.read(window(index, bytes), position);
  }

  @Override
  public ByteBuf copy(int index, int bytes) {
    ByteBuffer original = window(index, bytes); // checks, before anything is allocated
    return allocator.directBuffer(bytes, maxCapacity()).writeBytes(original);
  }

  @Override
  public int nioBufferCount() {
    return 1;
  }

  @Override
  public ByteBuffer nioBuffer(int index, int bytes) {
    return window(index, bytes);
  }

  @Override
  public ByteBuffer internalNioBuffer(int index, int bytes) {
    return window(index, bytes);
  }

  @Override
  public ByteBuffer[] nioBuffers(int index, int bytes) {
    return new ByteBuffer[] {window(index, bytes)};
  }
}
