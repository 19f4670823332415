package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.IoVec;
import java.lang.reflect.Array;
import java.util.function.Consumer;

/**
 * Bytes that wait to be sent, in order: native memory, each piece with an owner who gets it back.
 * Rings of primitives, so that queueing allocates nothing once they have grown. For the loop's
 * thread.
 */
public final class WriteQueue {
  private long[] addresses = new long[8];
  private int[] lengths = new int[8];
  private Object[] owners = new Object[8];

  private int head;
  private int count;
  private long bytes;

  WriteQueue() {}

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

  /** The address of the first unsent byte of a piece, 0 being the one in front. */
  public long address(int piece) {
    return addresses[slot(piece)];
  }

  /** The unsent bytes of a piece, 1 or more. */
  public int length(int piece) {
    return lengths[slot(piece)];
  }

  /**
   * Writes the front pieces as an array of {@code struct iovec}.
   *
   * @param iovecs native memory for {@code countMax} of them
   * @param bytesMax where to stop; the first piece is taken in any case
   * @return how many were written
   */
  public int gather(long iovecs, int countMax, long bytesMax) {
    int gathered = 0;
    for (long total = 0; gathered < Math.min(count, countMax) && total < bytesMax; gathered++) {
      IoVec.set(iovecs, gathered, address(gathered), length(gathered));
      total += length(gathered);
    }
    return gathered;
  }

  /** Adds a piece of 1 byte or more. The memory stays as it is until the owner is released. */
  void add(long address, int length, Object owner) {
    assert length > 0;
    if (count == addresses.length) {
      grow();
    }
    int slot = slot(count++);
    addresses[slot] = address;
    lengths[slot] = length;
    owners[slot] = owner;
    bytes += length;
  }

  /** Removes {@code sent} bytes from the front, and hands over the owners of what is sent whole. */
  void removeSent(int sent, Consumer<Object> released) {
    assert sent >= 0 && sent <= bytes;
    bytes -= sent;
    for (int left = sent; left > 0; ) {
      if (left < lengths[head]) {
        addresses[head] += left;
        lengths[head] -= left;
        return;
      }
      left -= lengths[head];
      released.accept(removeHead());
    }
  }

  /** Removes everything, and hands over the owners. */
  void clear(Consumer<Object> released) {
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
    return (head + piece) & (addresses.length - 1);
  }

  private void grow() {
    addresses = unrolled(addresses);
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
