package dev.zloop.core.loop;

import dev.zloop.stress.Effort;
import java.util.ArrayDeque;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * The inbox beside a queue that can be closed: each result of any interleaving of its operations is
 * one that the queue gives when they come one after the other, in some order.
 */
public class InboxModelIT {

  @Test
  void itIsAQueueThatCanBeClosed() {
    new ModelCheckingOptions()
        .sequentialSpecification(ClosableQueue.class)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(3)
        .iterations(Effort.scenarios())
        .invocationsPerIteration(Effort.invocations())
        .check(Operations.class);
  }

  /** Public, as all that the model checker makes by itself. */
  public static class Operations {
    /** Of the smallest capacity, so that it grows within the few operations of a scenario. */
    private final Inbox inbox = new Inbox(2);

    private record Numbered(int number) implements Runnable {
      @Override
      public void run() {}
    }

    @Operation
    public boolean offer(int number) {
      return inbox.offer(new Numbered(number));
    }

    @Operation
    public void close() {
      inbox.close();
    }

    @Operation
    public boolean isClosed() {
      return inbox.isClosed();
    }

    @Operation(nonParallelGroup = "consumer")
    public Integer take() {
      for (; ; ) {
        Runnable task = inbox.poll();
        if (task != null) {
          return ((Numbered) task).number();
        }
        if (inbox.isEmpty()) {
          return null;
        }
      }
    }

    @Operation(nonParallelGroup = "consumer")
    public boolean isEmpty() {
      return inbox.isEmpty();
    }
  }

  /** What it should be. */
  public static class ClosableQueue {
    private final ArrayDeque<Integer> queue = new ArrayDeque<>();
    private boolean closed;

    public boolean offer(int number) {
      return !closed && queue.add(number);
    }

    public void close() {
      closed = true;
    }

    public boolean isClosed() {
      return closed;
    }

    public Integer take() {
      return queue.poll();
    }

    public boolean isEmpty() {
      return queue.isEmpty();
    }
  }
}
