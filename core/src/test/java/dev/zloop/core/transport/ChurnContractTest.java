package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Descriptors' numbers that are used again while completions of their former owners come late. */
@OnEveryGround
class ChurnContractTest {
  private static final int SLOTS = 6;
  private static final int ROUNDS = 60;

  @Parameter Ground ground;
  World world;
  final Link[] slots = new Link[SLOTS];

  @BeforeEach
  void open() {
    world = new World(ground);
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = busy();
    }
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** A connection with bytes on their way in both directions. */
  private Link busy() {
    Link link = world.narrowLink();
    link.startReading();
    link.writeAndFlush(200_000);
    link.peer.send(20_000);
    return link;
  }

  /** A new connection hears of its own peer, and of nothing that its number's former owner did. */
  private void assertHearsOnlyItsOwn(Link link, int bytes) {
    link.startReading();
    link.peer.send(bytes);
    world.until(() -> link.handler.received == bytes);
    world.settle();
    assertEquals(bytes, link.handler.received);
    assertEquals(List.of(), link.handler.told);
    link.writeAndFlush(bytes);
    world.until(() -> {
      link.peer.receiveAll();
      return link.peer.received == bytes;
    });
  }

  @Test
  void aNumberThatIsUsedAgainHearsOnlyItsOwn() {
    Set<Integer> numbers = new TreeSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      int slot = round % SLOTS;
      World.Waiting waiting = world.connect(World.OPTIONS, 0);
      slots[slot].peer.receive(10_000); // its send goes on
      slots[slot].abort();
      if (round % 3 == 0) {
        world.turn();
      }
      Link next = world.accept(waiting);
      numbers.add(next.transport.fd());
      assertHearsOnlyItsOwn(next, 1 + round);
      next.abort();
      next.peer.close();
      slots[slot].peer.close();
      slots[slot] = busy();
    }
    assertTrue(numbers.size() < ROUNDS / 2, "few numbers were used again: " + numbers);
  }

  @Test
  void aNumberThatIsUsedAgainAfterAResetHearsOnlyItsOwn() {
    for (int round = 0; round < ROUNDS; round++) {
      int slot = round % SLOTS;
      World.Waiting waiting = world.connect(World.OPTIONS, 0);
      slots[slot].peer.reset();
      if (round % 2 == 0) {
        slots[slot].abort();
      } else {
        world.until(() -> slots[slot].handler.closed);
      }
      Link next = world.accept(waiting);
      assertHearsOnlyItsOwn(next, 1 + round);
      next.abort();
      next.peer.close();
      slots[slot] = busy();
    }
  }

  @Test
  void connectionsThatComeAndGoLeaveNothingBehind() {
    int before = world.syscalls.open.size();
    for (int round = 0; round < ROUNDS; round++) {
      Link link = world.link();
      link.startReading();
      link.writeAndFlush(100);
      link.peer.send(100);
      switch (round % 4) {
        case 0 -> link.close();
        case 1 -> link.abort();
        case 2 -> link.peer.reset();
        default -> link.peer.close();
      }
      link.close();
      link.peer.close();
      world.until(() -> link.handler.closed);
    }
    world.settle();
    assertEquals(before, world.syscalls.open.size());
  }
}
