package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The inbox under producers, a consumer and a closer at once. */
@Tag("optimized")
class InboxRaceTest {
  private int rounds;

  /** Lets a participant meet the others at another moment in every round. */
  private void linger() {
    Race.linger(++rounds % 199);
  }

  /** A producer's task; the number is no final field: only the inbox makes the consumer see it. */
  private static final class Numbered implements Runnable {
    final int producer;
    int number;

    Numbered(int producer, int number) {
      this.producer = producer;
      this.number = number;
    }

    @Override
    public void run() {}
  }

  /** An inbox, what its producers had accepted, and what its consumer took of it. */
  private static class Traffic {
    final Inbox inbox;
    final int[] accepted;
    final int[] taken;

    Traffic(int capacity, int producers) {
      inbox = new Inbox(capacity);
      accepted = new int[producers];
      taken = new int[producers];
    }

    boolean offer(int producer) {
      boolean offered = inbox.offer(new Numbered(producer, accepted[producer]));
      accepted[producer] += offered ? 1 : 0;
      return offered;
    }

    void offer(int producer, int tasks) {
      for (int i = 0; i < tasks; i++) {
        assertTrue(offer(producer));
      }
    }

    /** Takes the next task, which must be its producer's next. */
    boolean take() {
      if (inbox.poll() instanceof Numbered task) {
        assertEquals(taken[task.producer]++, task.number);
        return true;
      }
      return false;
    }

    void take(int tasks) {
      var patience = new Patience();
      for (int left = tasks; left > 0; ) {
        if (take()) {
          left--;
        } else {
          patience.spin("a task does not arrive");
        }
      }
    }

    void takeAll() {
      for (var patience = new Patience(); !inbox.isEmpty(); ) {
        if (!take()) {
          patience.spin("a task does not arrive");
        }
      }
    }

    void assertAllTaken() {
      assertNull(inbox.poll());
      assertTrue(inbox.isEmpty());
      assertEquals(0, inbox.size());
      assertEquals(Arrays.toString(accepted), Arrays.toString(taken));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 1024})
  void everyTaskArrivesOnceAndInItsProducersOrder(int capacity) {
    int producers = 4;
    int each = 100_000;
    var traffic = new Traffic(capacity, producers);
    var actions = new ArrayList<Elsewhere.Action>();
    for (int i = 0; i < producers; i++) {
      int producer = i;
      actions.add(() -> traffic.offer(producer, each));
    }
    actions.add(() -> traffic.take(producers * each));
    Elsewhere.runTogether(actions);
    traffic.assertAllTaken();
  }

  @Test
  void producersThatMeetInAFullInboxLetItGrowOnce() {
    class Round extends Traffic implements Race.Round {
      Round() {
        super(2, 2);
      }

      @Override
      public void run(int participant) {
        if (participant == 0) {
          linger();
        }
        offer(participant, 5);
      }

      @Override
      public void verify() {
        takeAll();
        assertAllTaken();
      }
    }
    Race.tryOften(2, Round::new);
  }

  @Test
  void theConsumerFollowsWhileItGrows() {
    class Round extends Traffic implements Race.Round {
      Round() {
        super(2, 1);
      }

      @Override
      public void run(int participant) {
        if (participant == 0) {
          linger();
          take(12);
        } else {
          offer(0, 12);
        }
      }

      @Override
      public void verify() {
        assertAllTaken();
      }
    }
    Race.tryOften(2, Round::new);
  }

  @Test
  void aSlotThatIsJustBeingEmptiedIsUsedAgain() {
    class Round extends Traffic implements Race.Round {
      Round() {
        super(4, 1);
        offer(0, 3);
      }

      @Override
      public void run(int participant) {
        if (participant == 0) {
          linger();
          take(3);
        } else {
          offer(0, 2);
        }
      }

      @Override
      public void verify() {
        takeAll();
        assertAllTaken();
      }
    }
    Race.tryOften(2, Round::new);
  }

  /**
   * What was accepted arrives, what was refused does not, and a consumer that finds a closed inbox
   * empty need not come back.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 64})
  void everyAcceptedTaskArrivesAndNoRefusedOneWhenCloseRacesOffers(int capacity) {
    class Round extends Traffic implements Race.Round {
      private final int closeAfter;

      Round(int closeAfter) {
        super(capacity, 2);
        this.closeAfter = closeAfter;
      }

      @Override
      public void run(int participant) {
        if (participant == 0) {
          take(closeAfter);
          linger();
          inbox.close();
          takeAll();
        } else {
          offerUntilClosed(participant - 1);
        }
      }

      private void offerUntilClosed(int producer) {
        while (accepted[producer] < 20) {
          if (!offer(producer)) {
            return;
          }
        }
        for (var patience = new Patience(); !inbox.isClosed(); ) {
          patience.spin("the inbox is not closed");
        }
        assertFalse(offer(producer));
      }

      @Override
      public void verify() {
        assertAllTaken();
      }
    }
    var rounds = new int[1];
    Race.tryOften(2, () -> new Round(rounds[0]++ % 7));
    Race.tryOften(3, () -> new Round(rounds[0]++ % 7));
  }

  @Test
  void itsSizeIsNeverNegative() {
    class Round extends Traffic implements Race.Round {
      Round() {
        super(4, 1);
      }

      @Override
      public void run(int participant) {
        for (int i = 0; i < 100; i++) {
          if (participant == 0) {
            offer(0, 1);
            take(1);
          } else {
            int size = inbox.size();
            assertTrue(size >= 0 && size <= 100, "size " + size);
          }
        }
      }

      @Override
      public void verify() {
        assertAllTaken();
      }
    }
    Race.tryOften(2, Round::new);
  }
}
