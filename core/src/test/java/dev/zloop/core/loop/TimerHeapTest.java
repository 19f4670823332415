package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TimerHeapTest {
  private final TimerHeap heap = new TimerHeap();

  private static TimerTask timer(long deadlineNanos) {
    return new TimerTask(null, () -> {}, deadlineNanos);
  }

  private TimerTask added(long deadlineNanos) {
    TimerTask timer = timer(deadlineNanos);
    heap.add(timer);
    return timer;
  }

  private TimerTask take() {
    TimerTask first = heap.peek();
    heap.remove(first);
    return first;
  }

  private List<TimerTask> takeAll() {
    var taken = new ArrayList<TimerTask>();
    while (heap.size() > 0) {
      taken.add(take());
    }
    assertNull(heap.peek());
    return taken;
  }

  @Test
  void anEmptyHeapHasNoFirst() {
    assertNull(heap.peek());
    assertEquals(0, heap.size());
  }

  @Test
  void theNearestDeadlineIsFirst() {
    TimerTask late = added(30);
    TimerTask early = added(10);
    TimerTask middle = added(20);
    assertEquals(List.of(early, middle, late), takeAll());
  }

  @Test
  void equalDeadlinesKeepTheOrderInWhichTheyCame() {
    var timers = new ArrayList<TimerTask>();
    for (int i = 0; i < 1_000; i++) {
      timers.add(added(7));
    }
    assertEquals(timers, takeAll());
  }

  @Test
  void deadlinesOnBothSidesOfTheClocksOverflowAreInOrder() {
    TimerTask after = added(Long.MIN_VALUE + 1);
    TimerTask before = added(Long.MAX_VALUE - 1);
    TimerTask last = added(Long.MIN_VALUE + 2);
    TimerTask at = added(Long.MIN_VALUE);
    assertEquals(List.of(before, at, after, last), takeAll());
  }

  @Test
  void anyTimerCanBeTakenOut() {
    for (int out = 0; out < 100; out++) {
      var timers = new ArrayList<TimerTask>();
      for (int i = 0; i < 100; i++) {
        timers.add(added(i * 37 % 100));
      }
      heap.remove(timers.remove(out));
      timers.sort(Comparator.comparingLong(timer -> timer.deadlineNanos));
      assertEquals(timers, takeAll());
    }
  }

  @Test
  void aTimerThatIsOutDoesNotSayThatItIsIn() {
    TimerTask timer = added(1);
    added(2);
    heap.remove(timer);
    assertEquals(TimerTask.NOT_IN_HEAP, timer.heapIndex);
    heap.add(timer);
    assertSame(timer, heap.peek());
  }

  @Test
  void aClearedHeapGivesAllAwayAndIsEmpty() {
    var timers = new HashSet<TimerTask>();
    for (int i = 0; i < 1_000; i++) {
      timers.add(added(i % 10));
    }
    var given = new HashSet<TimerTask>();
    heap.clear(given::add);
    assertEquals(timers, given);
    assertEquals(List.of(), takeAll());
    TimerTask next = given.iterator().next();
    heap.add(next);
    assertEquals(List.of(next), takeAll());
  }

  @Test
  void doesWhatATreeMapDoes() {
    Random random = Seed.random("TimerHeapTest");
    for (int round = 0; round < 200; round++) {
      // Few different deadlines give many ties; bases near the overflow give many wraps.
      long base = random.nextBoolean() ? Long.MAX_VALUE - 50 : random.nextLong();
      compareWithTreeMap(random, base, 1 + random.nextInt(1 << random.nextInt(1, 20)));
    }
  }

  private record Key(long sinceBase, long sequence) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return Comparator.comparingLong(Key::sinceBase)
          .thenComparingLong(Key::sequence)
          .compare(this, other);
    }
  }

  private void compareWithTreeMap(Random random, long base, int range) {
    var model = new TreeMap<Key, TimerTask>();
    var keys = new ArrayList<Key>();
    int growing = 40 + random.nextInt(30);
    for (int step = 0; step < 2_000; step++) {
      if (random.nextInt(100) < growing) {
        var key = new Key(random.nextInt(range), step);
        model.put(key, added(base + key.sinceBase()));
        keys.add(key);
      } else if (model.isEmpty()) {
        assertNull(heap.peek());
      } else if (random.nextBoolean()) {
        assertSame(model.pollFirstEntry().getValue(), take());
      } else {
        removeAny(random, model, keys);
      }
      assertEquals(model.size(), heap.size());
    }
    assertEquals(List.copyOf(model.values()), takeAll());
  }

  private void removeAny(Random random, TreeMap<Key, TimerTask> model, List<Key> keys) {
    Collections.swap(keys, random.nextInt(keys.size()), keys.size() - 1);
    TimerTask timer = model.remove(keys.removeLast());
    if (timer != null) { // else it was the first, once, and taken
      heap.remove(timer);
    }
  }
}
