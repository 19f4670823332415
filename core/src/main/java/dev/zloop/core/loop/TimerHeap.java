package dev.zloop.core.loop;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Timers by deadline: a 4-ary heap whose nodes know where they are, so that cancelling one needs no
 * search. Adding, removing and taking cost O(log4 n). Timers with one deadline keep the order in
 * which they were added. For the loop's thread.
 *
 * <p>Four children instead of two halve the depth and lie in one cache line. Deadlines are compared
 * by their difference, since {@link System#nanoTime} may overflow.
 */
final class TimerHeap {
  private static final int ARITY_SHIFT = 2;
  private static final int CAPACITY = 32;

  private TimerTask[] nodes = new TimerTask[CAPACITY];
  private int size;
  private long sequence;

  int size() {
    return size;
  }

  /** The timer that is due first, or null. */
  TimerTask peek() {
    return nodes[0];
  }

  void add(TimerTask timer) {
    assert timer.heapIndex == TimerTask.NOT_IN_HEAP;
    timer.sequence = sequence++;
    if (size == nodes.length) {
      nodes = Arrays.copyOf(nodes, size * 2);
    }
    siftUp(size++, timer);
  }

  void remove(TimerTask timer) {
    int index = timer.heapIndex;
    assert nodes[index] == timer;
    timer.heapIndex = TimerTask.NOT_IN_HEAP;
    TimerTask last = nodes[--size];
    nodes[size] = null;
    if (last == timer) {
      return;
    }
    siftDown(index, last);
    if (last.heapIndex == index) {
      siftUp(index, last);
    }
  }

  /** Empties the heap, in no order, and without relying on it: it may be what is broken. */
  void clear(Consumer<TimerTask> receiver) {
    TimerTask[] cleared = nodes;
    nodes = new TimerTask[CAPACITY];
    size = 0;
    for (TimerTask timer : cleared) {
      if (timer != null) {
        timer.heapIndex = TimerTask.NOT_IN_HEAP;
      }
    }
    for (TimerTask timer : cleared) { // only now, since a receiver may cancel others
      if (timer != null) {
        receiver.accept(timer);
      }
    }
  }

  private void siftUp(int index, TimerTask timer) {
    while (index > 0) {
      int parent = (index - 1) >>> ARITY_SHIFT;
      if (!timer.isBefore(nodes[parent])) {
        break;
      }
      place(index, nodes[parent]);
      index = parent;
    }
    place(index, timer);
  }

  private void siftDown(int index, TimerTask timer) {
    for (int first; (first = (index << ARITY_SHIFT) + 1) < size; ) {
      int least = first;
      for (int child = first + 1; child < Math.min(first + 4, size); child++) {
        if (nodes[child].isBefore(nodes[least])) {
          least = child;
        }
      }
      if (!nodes[least].isBefore(timer)) {
        break;
      }
      place(index, nodes[least]);
      index = least;
    }
    place(index, timer);
  }

  private void place(int index, TimerTask timer) {
    nodes[index] = timer;
    timer.heapIndex = index;
  }
}
