package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DescriptorQueueTest {
  @Test
  void firstInIsFirstOutWhereverTheRingBegins() {
    Random random = new Random(4711);
    DescriptorQueue queue = new DescriptorQueue();
    ArrayDeque<Integer> model = new ArrayDeque<>();
    for (int i = 0; i < 10_000; i++) {
      if (model.isEmpty() || random.nextInt(100) < 51) {
        queue.add(i);
        model.add(i);
      } else {
        assertEquals(model.poll(), queue.take());
      }
      assertEquals(model.size(), queue.count());
      assertEquals(model.isEmpty(), queue.isEmpty());
    }
    assertTrue(model.size() > 16, "it did not grow");
    while (!model.isEmpty()) {
      assertEquals(model.poll(), queue.take());
    }
  }
}
