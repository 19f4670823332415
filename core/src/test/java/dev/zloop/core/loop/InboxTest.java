package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The inbox as one thread sees it; {@link InboxRaceTest} has several. */
class InboxTest {
  private static Runnable task() {
    return new Runnable() {
      @Override
      public void run() {}
    };
  }

  @Test
  void anEmptyInboxHasNothing() {
    var inbox = new Inbox(4);
    assertTrue(inbox.isEmpty());
    assertEquals(0, inbox.size());
    assertNull(inbox.poll());
  }

  @Test
  void takesNoNull() {
    assertThrows(NullPointerException.class, () -> new Inbox(4).offer(null));
  }

  @Test
  void itsCapacityIsAPowerOfTwo() {
    assertThrows(IllegalArgumentException.class, () -> new Inbox(3));
    assertThrows(IllegalArgumentException.class, () -> new Inbox(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 1024})
  void firstInFirstOutAlsoWhenItGrows(int capacity) {
    var inbox = new Inbox(capacity);
    var expected = new ArrayDeque<Runnable>();
    for (int i = 1; i <= 200_000; i++) {
      Runnable task = task();
      expected.add(task);
      assertTrue(inbox.offer(task));
      assertEquals(i, inbox.size());
      assertFalse(inbox.isEmpty());
    }
    while (!expected.isEmpty()) {
      assertSame(expected.poll(), inbox.poll());
      assertEquals(expected.size(), inbox.size());
    }
    assertNull(inbox.poll());
    assertTrue(inbox.isEmpty());
  }

  @Test
  void aClosedOneRefusesAndDeliversWhatItAccepted() {
    var inbox = new Inbox(2);
    Runnable first = task();
    Runnable second = task();
    assertTrue(inbox.offer(first));
    assertTrue(inbox.offer(second));
    assertFalse(inbox.isClosed());
    inbox.close();
    inbox.close();
    assertTrue(inbox.isClosed());
    assertFalse(inbox.offer(task()));
    assertEquals(2, inbox.size());
    assertSame(first, inbox.poll());
    assertSame(second, inbox.poll());
    assertNull(inbox.poll());
    assertTrue(inbox.isEmpty());
    assertFalse(inbox.offer(task()));
  }

  @Test
  void doesWhatAnArrayDequeDoes() {
    Random random = Seed.random("InboxTest");
    for (int round = 0; round < 300; round++) {
      var inbox = new Inbox(1 << random.nextInt(6));
      var model = new ArrayDeque<Runnable>();
      int offers = 30 + random.nextInt(40);
      for (int step = 0; step < 2_000; step++) {
        if (random.nextInt(100) < offers) {
          Runnable task = task();
          assertTrue(inbox.offer(task));
          model.add(task);
        } else {
          assertSame(model.poll(), inbox.poll());
        }
        assertEquals(model.size(), inbox.size());
        assertEquals(model.isEmpty(), inbox.isEmpty());
      }
    }
  }
}
