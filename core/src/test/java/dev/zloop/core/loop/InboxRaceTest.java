package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The inbox under many producers, one consumer and a closer. */
class InboxRaceTest {
  private static final int PRODUCERS = 4;

  /** The number-th task of a producer, with a plain field that the consumer must see filled. */
  private static final class Numbered implements Runnable {
    final int producer;
    int number;

    Numbered(int producer) {
      this.producer = producer;
    }

    @Override
    public void run() {}
  }

  private static Numbered numbered(int producer, int number) {
    var task = new Numbered(producer);
    task.number = number;
    return task;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 1024})
  void everyTaskArrivesOnceAndInItsProducersOrder(int capacity) {
    int each = 200_000;
    var inbox = new Inbox(capacity);
    var actions = new ArrayList<Elsewhere.Action>();
    for (int producer = 0; producer < PRODUCERS; producer++) {
      int mine = producer;
      actions.add(() -> {
        for (int number = 0; number < each; number++) {
          assertTrue(inbox.offer(numbered(mine, number)));
        }
      });
    }
    int[] next = new int[PRODUCERS];
    actions.add(() -> {
      for (int left = PRODUCERS * each; left > 0; ) {
        if (inbox.poll() instanceof Numbered task) {
          assertEquals(next[task.producer]++, task.number);
          left--;
        } else {
          Thread.onSpinWait();
        }
      }
    });
    Elsewhere.runTogether(actions);
    int[] all = new int[PRODUCERS];
    Arrays.fill(all, each);
    assertEquals(Arrays.toString(all), Arrays.toString(next));
    assertNull(inbox.poll());
    assertTrue(inbox.isEmpty());
  }

  /** Bursts that fill and empty it over and over: slots are used again, and it grows at times. */
  @Test
  void everyTaskArrivesWhenItIsEmptiedOverAndOver() {
    int bursts = 20_000;
    var inbox = new Inbox(2);
    var taken = new AtomicInteger();
    Elsewhere.Action producer =
        () -> {
          for (int burst = 1; burst <= bursts; burst++) {
            for (int i = 0; i < 1 + burst % 5; i++) {
              assertTrue(inbox.offer(taken::incrementAndGet));
            }
            while (burst % 64 == 0 && !inbox.isEmpty()) {
              Thread.onSpinWait();
            }
          }
        };
    int total = 2 * 3 * bursts;
    Elsewhere.runTogether(
        List.of(
            producer,
            producer,
            () -> {
              while (taken.get() < total) {
                Runnable task = inbox.poll();
                if (task != null) {
                  task.run();
                }
              }
            }));
    assertEquals(total, taken.get());
    assertTrue(inbox.isEmpty());
  }

  @Test
  void itsSizeIsNeverNegativeAndNeverMoreThanWasOffered() {
    int offers = 300_000;
    var inbox = new Inbox(4);
    var done = new AtomicBoolean();
    Elsewhere.Action watcher =
        () -> {
          while (!done.get()) {
            int size = inbox.size();
            assertTrue(size >= 0 && size <= offers, "size " + size);
          }
        };
    Elsewhere.runTogether(
        List.of(
            watcher,
            () -> {
              for (int i = 0; i < offers; i++) {
                inbox.offer(() -> {});
              }
            },
            () -> {
              for (int left = offers; left > 0; ) {
                if (inbox.poll() != null) {
                  left--;
                }
              }
              done.set(true);
            }));
  }

  /**
   * Close races the offers: what was accepted arrives, what was refused does not, and a consumer
   * that finds a closed inbox empty need not come back. In half of the rounds the offers make it
   * grow.
   */
  @Test
  void everyAcceptedTaskArrivesAndNoRefusedOneWhenCloseRacesOffers() {
    var rounds = new ArrayList<ClosingRound>();
    for (int i = 0; i < 50_000; i++) {
      rounds.add(new ClosingRound(i % 2 == 0 ? 2 : 64, 1 + i % 7));
    }
    Elsewhere.runTogether(
        List.of(
            () -> rounds.forEach(round -> round.offerUntilClosed(0)),
            () -> rounds.forEach(round -> round.offerUntilClosed(1)),
            () -> rounds.forEach(ClosingRound::takeAndClose)));
    for (ClosingRound round : rounds) {
      assertEquals(Arrays.toString(round.accepted), Arrays.toString(round.arrived));
    }
  }

  private static final class ClosingRound {
    private static final int ACCEPTED_MAX = 20;

    final int[] accepted = new int[2];
    final int[] arrived = new int[2];
    private final Inbox inbox;
    private final int closeAfter;

    ClosingRound(int capacity, int closeAfter) {
      this.inbox = new Inbox(capacity);
      this.closeAfter = closeAfter;
    }

    void offerUntilClosed(int producer) {
      while (accepted[producer] < ACCEPTED_MAX) {
        if (!inbox.offer(numbered(producer, accepted[producer]))) {
          assertTrue(inbox.isClosed());
          return;
        }
        accepted[producer]++;
      }
      while (!inbox.isClosed()) {
        Thread.yield();
      }
      assertFalse(inbox.offer(() -> {}));
    }

    void takeAndClose() {
      for (int taken = 0; taken < closeAfter; ) {
        taken += take();
      }
      inbox.close();
      while (!inbox.isEmpty()) {
        take();
      }
    }

    private int take() {
      if (inbox.poll() instanceof Numbered task) {
        assertEquals(arrived[task.producer]++, task.number);
        return 1;
      }
      Thread.yield();
      return 0;
    }
  }
}
