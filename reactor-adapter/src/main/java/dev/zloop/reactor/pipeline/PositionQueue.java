package dev.zloop.reactor.pipeline;

/** Positions in a stream of bytes, in order, none of them boxed. */
final class PositionQueue {
  private long[] positions = new long[16];
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(long position) {
    if (size == positions.length) {
      grow();
    }
    positions[slot(size++)] = position;
  }

  /** The first; there is one. */
  long peek() {
    assert size > 0;
    return positions[head];
  }

  void remove() {
    assert size > 0;
    head = slot(1);
    size--;
  }

  private int slot(int index) {
    return (head + index) & (positions.length - 1);
  }

  private void grow() {
    long[] twice = new long[positions.length * 2];
    System.arraycopy(positions, head, twice, 0, positions.length - head);
    System.arraycopy(positions, 0, twice, positions.length - head, head);
    positions = twice;
    head = 0;
  }
}
