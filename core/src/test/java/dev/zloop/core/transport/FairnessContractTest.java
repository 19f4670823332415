package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * What one connection, or a task, may take before the others have theirs. The bounds are in turns
 * and in bytes, and hold for what the kernel has when the turn begins.
 */
@OnEveryGround
class FairnessContractTest {
  private static final int OTHERS = 100;

  /** A turn asks the kernel, and the next one at the latest tells what it said. */
  private static final int TURNS_MAX = 2;

  private static final Duration A_MILLISECOND = Duration.ofMillis(1);

  @Parameter Ground ground;
  World world;
  Link flood;
  final List<Link> others = new ArrayList<>();

  @BeforeEach
  void open() {
    world = new World(ground);
    flood = world.link();
    for (int i = 0; i < OTHERS; i++) {
      others.add(world.link());
    }
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** Turns that do not wait, and between which the flood rises again. */
  private void turnsWithFlood(int count) {
    for (int i = 0; i < count; i++) {
      flood.peer.sendUntilFull();
      world.turn();
    }
  }

  private void startFlood() {
    flood.startReading();
    flood.peer.sendUntilFull();
    world.until(() -> {
      flood.peer.sendUntilFull();
      return flood.handler.received > 0;
    });
  }

  @Test
  void aConnectionThatFloodsDelaysAHundredOthersByTwoTurnsAtTheMost() {
    assumeTrue(ground.prompt());
    startFlood();
    for (int round = 1; round <= 5; round++) {
      for (Link other : others) {
        other.peer.send(10);
        world.untilArrived(other);
      }
      others.forEach(Link::startReading);
      long before = flood.handler.received;

      turnsWithFlood(TURNS_MAX);

      long flooded = flood.handler.received - before;
      assertTrue(flooded <= TURNS_MAX * StreamIo.RECEIVE_BYTES_PER_TURN_MAX, flooded + " bytes");
      for (Link other : others) {
        assertEquals(10L * round, other.handler.received, "in round " + round);
      }
      others.forEach(Link::stopReading);
    }
    assertTrue(flood.handler.received > 0);
  }

  @Test
  void aConnectionBringsUpNoMoreInATurnThanItsShare() {
    flood.peer.sendUntilFull();
    flood.startReading();
    for (int turns = 0; turns < 50; turns++) {
      long before = flood.handler.received;
      turnsWithFlood(1);
      long flooded = flood.handler.received - before;
      assertTrue(flooded <= StreamIo.RECEIVE_BYTES_PER_TURN_MAX, flooded + " bytes in a turn");
    }
  }

  @Test
  void theFloodItselfIsServedWhileAHundredOthersAre() {
    startFlood();
    others.forEach(Link::startReading);
    for (int rounds = 0; rounds < 20; rounds++) {
      long before = flood.handler.received;
      others.forEach(other -> other.peer.send(10_000));
      world.until(() -> {
        flood.peer.sendUntilFull();
        return flood.handler.received > before;
      });
    }
  }

  @Test
  void aConnectionWithoutEndOfOutputDelaysNobody() {
    for (int i = 0; i < 32; i++) {
      flood.write(1 << 20);
    }
    flood.flush();
    for (Link other : others) {
      other.writeAndFlush(10);
    }
    world.until(() -> {
      others.forEach(other -> other.peer.receiveAll());
      return others.stream().allMatch(other -> other.peer.received == 10);
    });
    assertTrue(flood.transport.queuedBytes() > 0, "it was not endless");
  }

  @Test
  void aTimerThatIsDueRunsInTheNextTurnWhateverFloods() {
    startFlood();
    int[] fired = new int[1];
    for (int i = 1; i <= 20; i++) {
      world.loop.schedule(() -> fired[0]++, A_MILLISECOND);
      world.clock.advance(A_MILLISECOND);
      turnsWithFlood(1);
      assertEquals(i, fired[0]);
    }
  }

  @Test
  void aTaskRunsInTheNextTurnWhateverFloods() {
    startFlood();
    int[] ran = new int[1];
    for (int i = 1; i <= 20; i++) {
      world.loop.execute(() -> ran[0]++);
      turnsWithFlood(1);
      assertEquals(i, ran[0]);
    }
  }

  @Test
  void tasksAndTimersThatNeverEndDelayNoConnection() {
    assumeTrue(ground.prompt());
    world.loop.execute(new Endless());
    for (Link other : others) {
      other.peer.send(10);
      world.untilArrived(other);
    }
    others.forEach(Link::startReading);
    for (int turns = 0; turns < TURNS_MAX; turns++) {
      world.clock.advance(A_MILLISECOND);
      world.turn();
    }
    for (Link other : others) {
      assertEquals(10, other.handler.received);
    }
  }

  /** A task that brings itself about, and a timer each time, which is due a moment later. */
  private final class Endless implements Runnable {
    @Override
    public void run() {
      if (!world.loop.isClosed()) {
        world.loop.execute(this);
        world.loop.schedule(() -> {}, A_MILLISECOND);
      }
    }
  }
}
