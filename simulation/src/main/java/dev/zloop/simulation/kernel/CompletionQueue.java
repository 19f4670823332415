package dev.zloop.simulation.kernel;

import java.util.ArrayDeque;

/**
 * Completions on their way to the loop: made, and then visible in a queue of bounded size. What the
 * queue cannot hold waits in the kernel, as after an overflow of io_uring's, which loses none.
 */
final class CompletionQueue {
  private final Kernel kernel;
  private final int capacity;

  /** When the latest completion that was made comes up. */
  private long lastTime;

  /** How many were made and have not come up, some of which may be due. */
  private int underWay;

  /** Not visible before the loop enters: deferred task-run. */
  private final ArrayDeque<Completion> arrived = new ArrayDeque<>();

  private final ArrayDeque<Completion> visible = new ArrayDeque<>();
  private final ArrayDeque<Completion> free = new ArrayDeque<>();

  /** How many are visible at the most, at the moment. */
  private int capacityNow;

  CompletionQueue(Kernel kernel, int capacity) {
    this.kernel = kernel;
    lastTime = kernel.nanoTime();
    this.capacity = capacity;
    this.capacityNow = capacity;
  }

  /** The loop enters: as many as this become visible at the most. */
  void limit(int most) {
    capacityNow = Math.min(capacity, most);
  }

  void unlimit() {
    capacityNow = capacity;
  }

  /** Whether a completion made now would not find room. */
  boolean isFull() {
    return visible.size() + arrived.size() >= capacityNow;
  }

  /**
   * A completion is made. It comes up some time later, and none before those made earlier: the
   * order in which the kernel does things is the order in which it tells them, and it tells what
   * follows from it, such as where in a buffer bytes are, or which call had a socket's error.
   */
  void make(
      Operation operation,
      int result,
      boolean hasMore,
      int bufferId,
      boolean bufferHasMore,
      long delayNanos) {
    Completion completion = free.isEmpty() ? new Completion(this) : free.poll();
    completion.operation = operation;
    completion.userData = operation.userData;
    completion.result = result;
    completion.hasMore = hasMore;
    completion.bufferId = bufferId;
    completion.bufferHasMore = bufferHasMore;
    long now = kernel.nanoTime();
    long time = now + delayNanos;
    if (lastTime - time > 0) {
      time = lastTime;
    }
    lastTime = time;
    if (time - now > 0 || underWay > 0) {
      underWay++;
      kernel.later(time - now, completion, 0);
    } else {
      arrive(completion);
    }
  }

  /** One that was under way comes up. */
  void comeUp(Completion completion) {
    underWay--;
    arrive(completion);
  }

  private void arrive(Completion completion) {
    arrived.add(completion);
  }

  /** Makes visible what there is room for. */
  void flush() {
    while (!arrived.isEmpty() && visible.size() < capacityNow) {
      visible.add(arrived.poll());
    }
  }

  /** Whether anything waits to be made visible. */
  boolean hasArrived() {
    return !arrived.isEmpty();
  }

  boolean hasVisible() {
    return !visible.isEmpty();
  }

  /** The next one, which is to be given back; or null. */
  Completion next() {
    return visible.poll();
  }

  void giveBack(Completion completion) {
    completion.operation = null;
    free.push(completion);
  }
}
