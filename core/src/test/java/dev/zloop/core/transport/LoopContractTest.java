package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a loop promises while its connections are busy: to other threads, and when it closes. */
@OnEveryGround
class LoopContractTest {
  private static final int THREADS = 4;

  @Parameter Ground ground;
  World world;
  final List<Thread> threads = new ArrayList<>();

  /** The test is over: a thread that waits for what failed to come shall not wait on. */
  private volatile boolean over;

  @BeforeEach
  void open() {
    world = new World(ground);
  }

  @AfterEach
  void close() throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join();
    }
    world.close();
  }

  private void onManyThreads(Runnable action) {
    assumeTrue(world.machine.takesOtherThreads(), "there is but one thread in this world");
    for (int i = 0; i < THREADS; i++) {
      threads.add(Thread.ofPlatform().start(action));
    }
  }

  /** Waits for as long as the loop does: nothing but I/O and wakeups ends a turn. */
  private void untilInTurnsWithoutDeadline(BooleanSupplier condition) {
    Thread rescuer = Thread.ofPlatform().daemon().start(new Rescuer());
    while (!condition.getAsBoolean()) {
      world.waitingTurn();
      assertTrue(rescuer.isAlive(), "a wakeup was lost");
    }
    rescuer.interrupt();
  }

  /** Ends a wait that nobody else ends: a net below a test that would hang otherwise. */
  private final class Rescuer implements Runnable {
    @Override
    public void run() {
      try {
        Thread.sleep(World.PATIENCE);
        world.io.wakeup(); // not by the loop, which may take itself for woken
      } catch (InterruptedException notNeeded) {
        return;
      }
    }
  }

  private List<Link> busyLinks(int count) {
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Link link = world.narrowLink();
      link.startReading();
      link.handler.onReceived = () -> link.writeAndFlush(1_000);
      link.writeAndFlush(100_000);
      link.peer.send(10_000);
      links.add(link);
    }
    return links;
  }

  // ---- other threads

  @Test
  void noTaskOfManyThreadsIsLostWhileTheLoopFallsAsleepBetweenThem() {
    int each = 500;
    AtomicInteger ran = new AtomicInteger();
    onManyThreads(() -> {
      for (int i = 0; i < each; i++) {
        AtomicInteger mine = new AtomicInteger();
        world.loop.execute(() -> {
          ran.incrementAndGet();
          mine.set(1);
        });
        while (mine.get() == 0 && !over) {
          Thread.onSpinWait();
        }
      }
    });
    untilInTurnsWithoutDeadline(() -> ran.get() == THREADS * each);
  }

  @Test
  void noTaskOfManyThreadsIsLostWhileBytesFlow() {
    int each = 10_000;
    AtomicInteger ran = new AtomicInteger();
    Link link = world.link();
    link.startReading();
    onManyThreads(() -> {
      for (int i = 0; i < each; i++) {
        world.loop.execute(ran::incrementAndGet);
      }
    });
    world.until(() -> {
      link.peer.send(50_000);
      return ran.get() == THREADS * each;
    });
    world.until(() -> link.handler.received == link.peer.sent);
  }

  @Test
  void noTimerOfManyThreadsIsLostWhileBytesFlow() {
    int each = 2_000;
    AtomicInteger fired = new AtomicInteger();
    Link link = world.link();
    link.startReading();
    onManyThreads(() -> {
      for (int i = 0; i < each; i++) {
        world.loop.schedule(fired::incrementAndGet, World.CLOSE_TIMEOUT);
        world.loop.schedule(fired::incrementAndGet, World.CLOSE_TIMEOUT).cancel();
      }
    });
    world.until(() -> {
      link.peer.send(50_000);
      return threads.stream().noneMatch(Thread::isAlive);
    });
    world.settle();
    world.clock.advance(World.CLOSE_TIMEOUT);
    world.until(() -> fired.get() == THREADS * each);
    world.settle();
    assertEquals(THREADS * each, fired.get());
    world.until(() -> link.handler.received == link.peer.sent);
  }

  @Test
  void wakeupsFromManyThreadsLoseNoBytes() {
    Link link = world.link();
    link.startReading();
    AtomicLong wakeups = new AtomicLong();
    onManyThreads(() -> {
      for (int i = 0; i < 2_000; i++) {
        world.loop.wakeup();
        wakeups.incrementAndGet();
      }
    });
    world.until(() -> {
      link.peer.send(20_000);
      return wakeups.get() == THREADS * 2_000;
    });
    world.until(() -> link.handler.received == link.peer.sent);
  }

  // ---- the loop closes

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5, 10, 30})
  void aLoopThatClosesUnderLoadEndsEveryConnectionOnce(int turns) {
    List<Link> links = busyLinks(40);
    for (int i = 0; i < turns; i++) {
      links.get(i % links.size()).peer.receiveAll();
      links.get(i % links.size()).peer.send(5_000);
      world.turn();
    }
    world.closeLoop();
    for (Link link : links) {
      assertEquals(1, link.handler.told.stream().filter("closed"::equals).count());
      assertTrue(link.handler.cause != null);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 10})
  void aLoopThatClosesEndsConnectionsInAllStagesOfTheirs(int turns) {
    List<Link> links = busyLinks(40);
    for (int i = 0; i < links.size(); i++) {
      switch (i % 8) {
        case 0 -> links.get(i).close();
        case 1 -> links.get(i).abort();
        case 2 -> links.get(i).shutdownOutput();
        case 3 -> links.get(i).peer.reset();
        case 4 -> links.get(i).peer.shutdownOutput();
        case 5 -> links.get(i).stopReading();
        case 6 -> links.get(i).handler.retain = true;
        default -> {}
      }
    }
    for (int i = 0; i < turns; i++) {
      world.turn();
    }
    world.closeLoop();
  }

  @Test
  void whatALoopAcceptedBeforeItClosedUnderLoadHasRunAndTheRestIsRejected() {
    List<Link> links = busyLinks(20);
    AtomicInteger accepted = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger rejected = new AtomicInteger();
    onManyThreads(() -> {
      while (rejected.get() < 1_000 && !over) {
        try {
          world.loop.execute(ran::incrementAndGet);
          accepted.incrementAndGet();
          while (accepted.get() - ran.get() > 1_000 && !over && !world.loopIsClosed()) {
            Thread.onSpinWait();
          }
        } catch (RejectedExecutionException closed) {
          rejected.incrementAndGet();
        }
      }
    });
    world.until(() -> {
      links.forEach(link -> link.peer.receiveAll());
      return ran.get() > 1_000;
    });
    world.closeLoop();
    world.untilWithoutTurns(() -> threads.stream().noneMatch(Thread::isAlive));
    assertEquals(accepted.get(), ran.get());
  }

  @Test
  void aLoopThatIsClosedByAnotherThreadWhileItWaitsEnds() {
    busyLinks(5);
    world.settle();
    AtomicInteger begun = new AtomicInteger();
    onManyThreads(() -> {
      begun.incrementAndGet();
      world.loop.close();
    });
    untilInTurnsWithoutDeadline(world::loopIsClosed);
    // The first close may end the loop before the last thread has begun.
    world.untilWithoutTurns(() -> threads.stream().noneMatch(Thread::isAlive));
    assertEquals(THREADS, begun.get());
  }
}
