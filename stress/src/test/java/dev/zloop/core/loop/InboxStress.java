package dev.zloop.core.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The inbox on real processors, compiled by real compilers. */
public class InboxStress {

  /** A task; the number is no final field: only the inbox makes the consumer see it. */
  private static final class Numbered implements Runnable {
    int number;

    Numbered(int number) {
      this.number = number;
    }

    @Override
    public void run() {}
  }

  /** The number of the next task, 0 if there is none. */
  private static int take(Inbox inbox) {
    return inbox.poll() instanceof Numbered task ? task.number : 0;
  }

  /** As {@link #take}, but waits for a task that is accepted and not there yet. */
  private static int takeSurely(Inbox inbox) {
    while (!inbox.isEmpty()) {
      int number = take(inbox);
      if (number != 0) {
        return number;
      }
    }
    return 0;
  }

  /** Accepted and delivered, or refused and not delivered. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "offered before the close")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "offered after it")
  @Outcome(expect = FORBIDDEN, desc = "lost, or delivered though refused")
  @State
  public static class CloseMeetsOffer {
    private final Inbox inbox = new Inbox(2);

    @Actor
    public void offer(II_Result result) {
      result.r1 = inbox.offer(new Numbered(1)) ? 1 : 0;
    }

    @Actor
    public void close() {
      inbox.close();
    }

    @Arbiter
    public void drain(II_Result result) {
      result.r2 = takeSurely(inbox);
    }
  }

  /** The consumer closes and drains, as a loop that ends: nothing may arrive after that. */
  @JCStressTest
  @Outcome(id = "1, 1, 0, 0", expect = ACCEPTABLE, desc = "offered before the close")
  @Outcome(id = "0, 0, 0, 0", expect = ACCEPTABLE, desc = "offered after it")
  @Outcome(expect = FORBIDDEN, desc = "lost, or delivered though refused")
  @State
  public static class CloseAndDrainMeetOfferThatGrows {
    private final Inbox inbox = new Inbox(1); // every task needs a larger array

    @Actor
    public void offer(IIII_Result result) {
      result.r1 = inbox.offer(new Numbered(1)) ? 1 : 0;
    }

    @Actor
    public void closeAndDrain(IIII_Result result) {
      inbox.close();
      result.r2 = takeSurely(inbox);
    }

    @Arbiter
    public void drain(IIII_Result result) {
      result.r3 = takeSurely(inbox);
    }
  }

  /** What its producer wrote before is there when a task is taken. */
  @JCStressTest
  @Outcome(id = "0, 1, 2, 3", expect = ACCEPTABLE, desc = "all later")
  @Outcome(id = "1, 2, 3, 0", expect = ACCEPTABLE, desc = "one at once")
  @Outcome(expect = FORBIDDEN, desc = "lost, twice, out of order, or not yet written")
  @State
  public static class TasksOfOneProducerMeetTheConsumerWhileItGrows {
    private final Inbox inbox = new Inbox(2);

    @Actor
    public void offer() {
      inbox.offer(new Numbered(1));
      inbox.offer(new Numbered(2));
      inbox.offer(new Numbered(3));
    }

    @Actor
    public void take(IIII_Result result) {
      result.r1 = InboxStress.take(inbox);
    }

    @Arbiter
    public void drain(IIII_Result result) {
      result.r2 = takeSurely(inbox);
      result.r3 = takeSurely(inbox);
      result.r4 = takeSurely(inbox);
    }
  }

  /** A slot that the consumer is just emptying is given to a producer again. */
  @JCStressTest
  @Outcome(id = "1, 2, 3, 4", expect = ACCEPTABLE, desc = "in order")
  @Outcome(expect = FORBIDDEN, desc = "lost, twice or out of order")
  @State
  public static class ASlotIsEmptiedAndUsedAgain {
    private final Inbox inbox = new Inbox(4);

    public ASlotIsEmptiedAndUsedAgain() {
      inbox.offer(new Numbered(1));
      inbox.offer(new Numbered(2));
    }

    @Actor
    public void offer() {
      inbox.offer(new Numbered(3));
      inbox.offer(new Numbered(4));
    }

    @Actor
    public void take(IIII_Result result) {
      result.r1 = takeSurely(inbox);
      result.r2 = takeSurely(inbox);
    }

    @Arbiter
    public void drain(IIII_Result result) {
      result.r3 = takeSurely(inbox);
      result.r4 = takeSurely(inbox);
    }
  }

  /** Two producers claim slots and grow at once; each one's tasks stay in order. */
  @JCStressTest
  @Outcome(id = "12, 34, 4, 0", expect = ACCEPTABLE, desc = "all four, each producer's in order")
  @Outcome(expect = FORBIDDEN, desc = "lost, twice or out of order")
  @State
  public static class TwoProducersMeetInAFullInbox {
    private final Inbox inbox = new Inbox(2);

    @Actor
    public void first() {
      inbox.offer(new Numbered(1));
      inbox.offer(new Numbered(2));
    }

    @Actor
    public void second() {
      inbox.offer(new Numbered(3));
      inbox.offer(new Numbered(4));
    }

    @Arbiter
    public void drain(IIII_Result result) {
      for (int number = takeSurely(inbox); number != 0; number = takeSurely(inbox)) {
        result.r3++;
        if (number <= 2) {
          result.r1 = result.r1 * 10 + number;
        } else {
          result.r2 = result.r2 * 10 + number;
        }
      }
    }
  }
}
