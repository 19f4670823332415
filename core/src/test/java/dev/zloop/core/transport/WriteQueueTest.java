package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A write queue beside a list that does the same without being clever. */
class WriteQueueTest {

  /** A piece of the model: addresses are only numbers here. */
  private static final class Piece {
    long address;
    int length;
    final Object owner;

    Piece(long address, int length, Object owner) {
      this.address = address;
      this.length = length;
      this.owner = owner;
    }
  }

  private final WriteQueue queue = new WriteQueue();
  private final List<Piece> model = new ArrayList<>();
  private final List<Object> released = new ArrayList<>();
  private final List<Object> expected = new ArrayList<>();
  private int owners;

  private void add(long address, int length) {
    Object owner = ++owners;
    queue.add(address, length, owner);
    model.add(new Piece(address, length, owner));
  }

  private void removeSent(int sent) {
    queue.removeSent(sent, released::add);
    for (int left = sent; left > 0; ) {
      Piece front = model.getFirst();
      int part = Math.min(left, front.length);
      front.address += part;
      front.length -= part;
      left -= part;
      if (front.length == 0) {
        expected.add(model.removeFirst().owner);
      }
    }
  }

  private void clear() {
    queue.clear(released::add);
    model.forEach(piece -> expected.add(piece.owner));
    model.clear();
  }

  private int bytes() {
    return model.stream().mapToInt(piece -> piece.length).sum();
  }

  private void check() {
    assertEquals(model.isEmpty(), queue.isEmpty());
    assertEquals(model.size(), queue.count());
    assertEquals(bytes(), queue.bytes());
    for (int i = 0; i < model.size(); i++) {
      assertEquals(model.get(i).address, queue.address(i));
      assertEquals(model.get(i).length, queue.length(i));
    }
    assertEquals(expected, released);
  }

  private void checkGather(int countMax, long bytesMax) {
    try (Region iovecs = Region.allocate((long) countMax * IoVec.SIZE, 8)) {
      int gathered = queue.gather(iovecs.address(), countMax, bytesMax);
      long total = 0;
      for (int i = 0; i < gathered; i++) {
        assertTrue(total < bytesMax, "goes on beyond the bound");
        assertEquals(model.get(i).address, IoVec.base(iovecs.address(), i));
        assertEquals(model.get(i).length, IoVec.length(iovecs.address(), i));
        total += model.get(i).length;
      }
      assertTrue(
          gathered == model.size() || gathered == countMax || total >= bytesMax, "stops too early");
    }
  }

  @Test
  void anyOrderOfOperationsGivesWhatTheModelGives() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> add(random.nextLong(), 1 + random.nextInt(1000));
        case 4, 5, 6 -> removeSent(random.nextInt(Math.min(bytes(), 5000) + 1));
        case 7 -> removeSent(model.isEmpty() ? 0 : model.getFirst().length); // a whole piece
        case 8 -> checkGather(1 + random.nextInt(80), 1 + random.nextInt(20_000));
        default -> {
          if (random.nextInt(50) == 0) {
            clear();
          } else {
            removeSent(bytes());
          }
        }
      }
      check();
    }
    clear();
    check();
  }

  @Test
  void itGrowsInTheMiddleOfItsRing() {
    for (int i = 0; i < 6; i++) {
      add(i * 100, 10);
    }
    removeSent(45);
    for (int i = 0; i < 1000; i++) {
      add(i * 1000, 7);
    }
    check();
    removeSent(bytes());
    check();
  }

  @Test
  void anOwnerThatIsReleasedMayAddMore() {
    add(1, 10);
    add(2, 10);
    List<Object> order = new ArrayList<>();
    queue.removeSent(
        20,
        owner -> {
          order.add(owner);
          for (int i = 0; i < 20; i++) { // so that the ring grows, too
            queue.add(3, 5, "more");
          }
        });
    assertEquals(List.of(1, 2), order);
    assertEquals(40, queue.count());
    assertEquals(200, queue.bytes());
    assertEquals(3, queue.address(0));
  }

  @Test
  void theFirstPieceIsGatheredHoweverLarge() {
    add(1, Integer.MAX_VALUE);
    checkGather(1, 1);
  }
}
