package dev.zloop.simulation.kernel;

import java.util.Arrays;

/**
 * What will happen, by the time at which it does: a binary heap over arrays. What was put down for
 * the same moment happens in the order in which it was. Nothing is taken off: whoever no longer
 * wants something ignores it when it comes.
 */
final class Agenda {

  /** Something that happens at a time. */
  interface Event {

    /**
     * Its time has come.
     *
     * @param what the number that was put down with it
     */
    void happen(int what);
  }

  private long[] times = new long[64];
  private long[] sequences = new long[64];
  private Event[] events = new Event[64];
  private int[] whats = new int[64];
  private int size;
  private long sequence;

  boolean isEmpty() {
    return size == 0;
  }

  /** When the next event is due; there is one. */
  long nextTime() {
    return times[0];
  }

  void add(long time, Event event, int what) {
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
      sequences = Arrays.copyOf(sequences, size * 2);
      events = Arrays.copyOf(events, size * 2);
      whats = Arrays.copyOf(whats, size * 2);
    }
    int hole = size++;
    long mine = sequence++;
    while (hole > 0) {
      int parent = (hole - 1) >>> 1;
      if (times[parent] - time <= 0) {
        break;
      }
      move(parent, hole);
      hole = parent;
    }
    times[hole] = time;
    sequences[hole] = mine;
    events[hole] = event;
    whats[hole] = what;
  }

  /** Takes the next event off and lets it happen. */
  void happen() {
    Event event = events[0];
    int what = whats[0];
    int last = --size;
    if (last > 0) {
      sink(last);
    }
    events[last] = null;
    event.happen(what);
  }

  /** Puts the event of an index where the first one was, and then in its place. */
  private void sink(int last) {
    int hole = 0;
    for (int child = 1; child < last; child = 2 * hole + 1) {
      if (child + 1 < last && isBefore(child + 1, child)) {
        child++;
      }
      if (!isBefore(child, last)) {
        break;
      }
      move(child, hole);
      hole = child;
    }
    move(last, hole);
  }

  private boolean isBefore(int one, int other) {
    long difference = times[one] - times[other];
    return difference < 0 || difference == 0 && sequences[one] < sequences[other];
  }

  private void move(int from, int to) {
    times[to] = times[from];
    sequences[to] = sequences[from];
    events[to] = events[from];
    whats[to] = whats[from];
  }
}
