package dev.zloop.core.transport;

import java.nio.ByteBuffer;

/** A lease of bytes of the pattern, which knows whether it was released. */
final class FakeLease implements Lease {
  private final ByteBuffer bytes;
  boolean released;

  FakeLease(long position, int length) {
    bytes = ByteBuffer.wrap(Pattern.bytes(position, length));
  }

  @Override
  public long address() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int length() {
    return bytes.capacity();
  }

  @Override
  public ByteBuffer buffer() {
    return bytes;
  }

  @Override
  public int offset() {
    return 0;
  }

  @Override
  public void release() {
    if (released) {
      throw new AssertionError("released twice");
    }
    released = true;
  }
}
