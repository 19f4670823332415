package dev.zloop.core.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * Tasks on their way from any thread to a loop: many producers, one consumer, first in first out,
 * without bound. It can be closed, atomically with respect to offers: what was accepted before is
 * delivered, what comes after is refused.
 *
 * <p>An array queue that links a larger array when it is full, and otherwise reuses the one it has:
 * in the steady state it allocates nothing. (The idea is that of the linked array queues of JCTools
 * and of the papers cited there.) A producer claims a slot by a compare-and-set on {@code tail},
 * whose two lowest bits are flags:
 *
 * <pre>
 *   tail = index &lt;&lt; 2 | GROWING | CLOSED
 * </pre>
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>{@code head <= index(tail)}; the slots between are claimed, and filled or soon filled.
 *   <li>A slot is null exactly when it is not filled. A consumer that sees null in a claimed slot
 *       comes back later: its producer is between two instructions.
 *   <li>While GROWING is set nobody claims; its producer links the next array and clears it.
 * </ul>
 */
final class Inbox {
  private static final int GROWING = 1;
  private static final int CLOSED = 2;
  private static final int INDEX_SHIFT = 2;
  private static final long ONE = 1L << INDEX_SHIFT;

  private static final Runnable MOVED =
      () -> {
        throw new AssertionError("a marker, never run");
      };

  private static final VarHandle TAIL;
  private static final VarHandle HEAD;
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Runnable[].class);

  static {
    try {
      var lookup = MethodHandles.lookup();
      TAIL = lookup.findVarHandle(Inbox.class, "tail", long.class);
      HEAD = lookup.findVarHandle(Inbox.class, "head", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** An array of slots, and the one that follows it once it was full. */
  private static final class Chunk {
    final Runnable[] slots;
    final int mask;

    /** The index of the first slot that is in use here; earlier ones were in the previous chunk. */
    final long firstIndex;

    /**
     * Published by the release-store of the MOVED marker in the slot that the consumer reads next.
     */
    Chunk next;

    Chunk(int capacity, long firstIndex) {
      this.slots = new Runnable[capacity];
      this.mask = capacity - 1;
      this.firstIndex = firstIndex;
    }
  }

  /** Claimed by compare-and-set by producers; the flags make closing and growing part of it. */
  private volatile long tail;

  /**
   * Written by the consumer with release after it emptied a slot: that slot may be claimed again.
   */
  private volatile long head;

  /** Written while GROWING is set, before it is cleared with a volatile write of tail. */
  private Chunk producerChunk;

  private Chunk consumerChunk;

  Inbox(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("capacity " + capacity + " is not a power of two");
    }
    producerChunk = consumerChunk = new Chunk(capacity, 0);
  }

  /**
   * Adds a task; from any thread. What the caller wrote before is visible to the task.
   *
   * @return false if the inbox is closed; the task was not added
   */
  boolean offer(Runnable task) {
    Objects.requireNonNull(task, "task");
    for (; ; ) {
      long seen = tail;
      if ((seen & CLOSED) != 0) {
        return false;
      }
      if ((seen & GROWING) != 0) {
        continue; // for the time of one allocation; no hint, since the caller may not block
      }
      // Read after tail: if the compare-and-set below succeeds, tail did not change in between, so
      // this is the chunk that belongs to it.
      Chunk chunk = producerChunk;
      long index = seen >>> INDEX_SHIFT;
      // One slot stays free for the MOVED marker. A stale head only makes this more careful.
      if (index - Math.max((long) HEAD.getAcquire(this), chunk.firstIndex) < chunk.mask) {
        if (TAIL.compareAndSet(this, seen, seen + ONE)) {
          SLOT.setRelease(chunk.slots, (int) index & chunk.mask, task);
          return true;
        }
      } else if (TAIL.compareAndSet(this, seen, seen | GROWING)) {
        grow(chunk, index, task);
        return true;
      }
    }
  }

  private void grow(Chunk full, long index, Runnable task) {
    Chunk next;
    try {
      next = new Chunk((full.mask + 1) << (full.mask < 1 << 15 ? 1 : 0), index);
    } catch (OutOfMemoryError e) {
      TAIL.getAndAdd(this, (long) -GROWING); // as if there had been no such offer
      throw e;
    }
    next.slots[(int) index & next.mask] = task;
    full.next = next;
    producerChunk = next;
    // Publishes next and its first task to the consumer.
    SLOT.setRelease(full.slots, (int) index & full.mask, MOVED);
    // Publishes producerChunk to the producers. GROWING keeps all but close() from tail: add.
    TAIL.getAndAdd(this, ONE - GROWING);
  }

  /**
   * Takes the oldest task; on the consumer's thread.
   *
   * @return null if there is none, or the oldest is accepted but not there yet: {@link #isEmpty}
   *     tells these apart
   */
  Runnable poll() {
    long index = head;
    if (index == tail >>> INDEX_SHIFT) {
      return null;
    }
    Chunk chunk = consumerChunk;
    Runnable task = slot(chunk, index);
    if (task == MOVED) {
      chunk = consumerChunk = chunk.next;
      task = slot(chunk, index);
    }
    if (task != null) {
      SLOT.set(chunk.slots, (int) index & chunk.mask, (Runnable) null);
      HEAD.setRelease(this, index + 1);
    }
    return task;
  }

  private static Runnable slot(Chunk chunk, long index) {
    return (Runnable) SLOT.getAcquire(chunk.slots, (int) index & chunk.mask);
  }

  /** Refuses all further offers. Idempotent; from any thread. */
  void close() {
    TAIL.getAndBitwiseOr(this, (long) CLOSED);
  }

  boolean isClosed() {
    return (tail & CLOSED) != 0;
  }

  /**
   * Whether no accepted task waits here; on the consumer's thread. While GROWING is set one is on
   * its way, not yet counted in the index, and its producer will not look at CLOSED again.
   */
  boolean isEmpty() {
    long seen = tail;
    return (seen & GROWING) == 0 && head == seen >>> INDEX_SHIFT;
  }

  /** How many tasks wait; exact only when nobody else is at work. From any thread. */
  int size() {
    long before = head;
    long size = (tail >>> INDEX_SHIFT) - before;
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, size));
  }
}
