package dev.zloop.core.transport;

import java.util.Arrays;

/** Descriptors that wait, first in, first out. */
final class DescriptorQueue {
  private int[] ring = new int[16];
  private int head;
  private int count;

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  void add(int fd) {
    if (count == ring.length) {
      grow();
    }
    ring[head + count++ & ring.length - 1] = fd;
  }

  /** Takes the first one; not of an empty queue. */
  int take() {
    assert count > 0;
    int fd = ring[head];
    head = head + 1 & ring.length - 1;
    count--;
    return fd;
  }

  private void grow() {
    int[] twice = Arrays.copyOf(ring, ring.length * 2);
    System.arraycopy(ring, 0, twice, ring.length, head); // what had wrapped follows the rest
    ring = twice;
  }
}
