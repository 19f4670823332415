package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.IoVec;
import java.lang.reflect.Array;
import java.util.function.Consumer;

/**
 * Bytes that wait to be sent, in order: native memory, or a part of a file, each piece with an
 * owner who gets it back. Rings of primitives, so that queueing allocates nothing once they have
 * grown. For the loop's thread.
 */
public final class WriteQueue {
  private static final int MEMORY = -1;

  /** Where a piece begins: in memory, or in its file. */
  private long[] positions = new long[8];

  private long[] lengths = new long[8];

  /** The descriptors of files, MEMORY for other pieces. */
  private int[] files = new int[8];

  private Object[] owners = new Object[8];

  private int head;
  private int count;
  private long bytes;

  /** An empty one. */
  public WriteQueue() {}

  public boolean isEmpty() {
    return count == 0;
  }

  /** How many pieces wait. */
  public int count() {
    return count;
  }

  /** How many bytes wait in all pieces. */
  public long bytes() {
    return bytes;
  }

  /** Whether a piece, 0 being the one in front, is a part of a file. */
  public boolean isFile(int piece) {
    return files[slot(piece)] != MEMORY;
  }

  /** The address of the first unsent byte of a piece in memory. */
  public long address(int piece) {
    return positions[slot(piece)];
  }

  /** The unsent bytes of a piece in memory, 1 or more. */
  public int length(int piece) {
    return (int) lengths[slot(piece)];
  }

  /** The descriptor of the file in front. */
  public int file() {
    return files[head];
  }

  /** Where in the file in front the unsent bytes begin. */
  public long filePosition() {
    return positions[head];
  }

  /** The unsent bytes of the file in front, 1 or more. */
  public long fileLength() {
    return lengths[head];
  }

  /**
   * Writes the front pieces as an array of {@code struct iovec}, up to the first file.
   *
   * @param iovecs native memory for {@code countMax} of them
   * @param bytesMax where to stop; the first piece is taken in any case
   * @return how many were written
   */
  public int gather(long iovecs, int countMax, long bytesMax) {
    int gathered = 0;
    int most = Math.min(count, countMax);
    for (long total = 0; gathered < most && total < bytesMax && !isFile(gathered); gathered++) {
      IoVec.set(iovecs, gathered, address(gathered), length(gathered));
      total += length(gathered);
    }
    return gathered;
  }

  /** Adds a piece of 1 byte or more. The memory stays as it is until the owner is released. */
  public void add(long address, int length, Object owner) {
    add(MEMORY, address, length, owner);
  }

  /** Adds a part of a file. The descriptor stays open until the owner is released. */
  public void addFile(int file, long position, long length, Object owner) {
    assert file >= 0 && position >= 0;
    add(file, position, length, owner);
  }

  private void add(int file, long position, long length, Object owner) {
    assert length > 0;
    if (count == positions.length) {
      grow();
    }
    int slot = slot(count++);
    files[slot] = file;
    positions[slot] = position;
    lengths[slot] = length;
    owners[slot] = owner;
    bytes += length;
  }

  /** Removes {@code sent} bytes from the front, and hands over the owners of what is sent whole. */
  public void removeSent(int sent, Consumer<Object> released) {
    assert sent >= 0 && sent <= bytes;
    bytes -= sent;
    for (int left = sent; left > 0; ) {
      if (left < lengths[head]) {
        positions[head] += left;
        lengths[head] -= left;
        return;
      }
      left -= (int) lengths[head];
      released.accept(removeHead());
    }
  }

  /** Removes everything, and hands over the owners. */
  public void clear(Consumer<Object> released) {
    bytes = 0;
    while (count > 0) {
      released.accept(removeHead());
    }
  }

  private Object removeHead() {
    Object owner = owners[head];
    owners[head] = null;
    head = slot(1);
    count--;
    return owner;
  }

  private int slot(int piece) {
    return (head + piece) & (positions.length - 1);
  }

  private void grow() {
    positions = unrolled(positions);
    files = unrolled(files);
    lengths = unrolled(lengths);
    owners = unrolled(owners);
    head = 0;
  }

  /** A copy of twice the size whose first element is the one at head. */
  private <A> A unrolled(A ring) {
    int length = Array.getLength(ring);
    @SuppressWarnings("unchecked")
    A twice = (A) Array.newInstance(ring.getClass().getComponentType(), length * 2);
    System.arraycopy(ring, head, twice, 0, length - head);
    System.arraycopy(ring, 0, twice, length - head, head);
    return twice;
  }
}
