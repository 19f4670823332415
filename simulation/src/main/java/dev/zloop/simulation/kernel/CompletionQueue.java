package dev.zloop.simulation.kernel;

import java.util.ArrayDeque;

/**
 * Completions on their way to the loop: made, and then visible in a queue of bounded size. What the
 * queue cannot hold waits in the kernel, as after an overflow of io_uring's, which loses none.
 */
final class CompletionQueue {
  private final Kernel kernel;
  private final int capacity;
  private final boolean buffersInOrder;

  /** When the latest completion with a buffer comes up. */
  private long lastBufferTime;

  /** Not visible before the loop enters: deferred task-run. */
  private final ArrayDeque<Completion> arrived = new ArrayDeque<>();

  private final ArrayDeque<Completion> visible = new ArrayDeque<>();
  private final ArrayDeque<Completion> free = new ArrayDeque<>();

  /** How many are visible at the most, at the moment. */
  private int capacityNow;

  /**
   * @param buffersInOrder completions come in the order in which buffers were received into, as the
   *     loop must know where in a buffer the bytes of each are
   */
  CompletionQueue(Kernel kernel, int capacity, boolean buffersInOrder) {
    this.kernel = kernel;
    this.buffersInOrder = buffersInOrder;
    lastBufferTime = kernel.nanoTime();
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

  /** A completion is made; it comes up some time later, and not before its operation's last one. */
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
    if (operation.lastCompletionTime - time > 0) {
      time = operation.lastCompletionTime;
    }
    if (buffersInOrder && bufferId >= 0) {
      if (lastBufferTime - time > 0) {
        time = lastBufferTime;
      }
      lastBufferTime = time;
    }
    operation.lastCompletionTime = time;
    if (time - now > 0) {
      kernel.later(time - now, completion, 0);
    } else {
      arrive(completion);
    }
  }

  void arrive(Completion completion) {
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
