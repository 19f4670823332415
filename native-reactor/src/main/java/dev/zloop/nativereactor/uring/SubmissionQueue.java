package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.UringConstants.IORING_SETUP_NO_SQARRAY;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SQ_CQ_OVERFLOW;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_SQ_TASKRUN;

import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Sqe;
import dev.zloop.nativereactor.sys.UringParams;

/**
 * What we want of the kernel: entries that we write, a tail that we move, a head that the kernel
 * moves. Both count all entries there ever were, modulo 2^32.
 */
final class SubmissionQueue {
  private final long head;
  private final long tail;
  private final long flags;
  private final long entries;
  private final int size;

  /** Ours, ahead of the kernel's until {@link #publish}. */
  private int nextTail;

  SubmissionQueue(RingMemory memory, long params) {
    long queues = memory.queues();
    this.head = queues + UringParams.submissionHead(params);
    this.tail = queues + UringParams.submissionTail(params);
    this.flags = queues + UringParams.submissionFlags(params);
    this.entries = memory.entries();
    this.size = UringParams.submissionEntries(params);
    if ((UringParams.flags(params) & IORING_SETUP_NO_SQARRAY) == 0) {
      fill(queues + UringParams.submissionArray(params));
    }
  }

  /** The array of a kernel that has one could put entries in another order; it never does here. */
  private void fill(long array) {
    for (int index = 0; index < size; index++) {
      Memory.putInt(array + (long) index * Integer.BYTES, index);
    }
  }

  /**
   * How many entries the kernel has not taken. Acquire: it has read an entry, and whatever the
   * entry points to, before it moved the head over it; we write the next one there only after.
   */
  int untaken() {
    return nextTail - Memory.getIntAcquire(head);
  }

  boolean isFull() {
    return untaken() == size;
  }

  /** The address of the next {@link Sqe}, of which every byte is to be written; not when full. */
  long next() {
    assert !isFull();
    return entry(nextTail++);
  }

  /** The address of an entry that the kernel has not taken; the one that comes next is at 0. */
  long untakenAt(int index) {
    return entry(nextTail - untaken() + index);
  }

  private long entry(int position) {
    return entries + (long) (position & size - 1) * Sqe.SIZE;
  }

  /**
   * Takes back what the kernel has not taken, which it does only while it is entered.
   *
   * @return how many entries were the caller's operations
   */
  int withdraw() {
    int operations = 0;
    for (int left = untaken(); left > 0; left--) {
      nextTail--;
      operations += Sqe.userData(entry(nextTail)) != Completor.RESERVED_USER_DATA ? 1 : 0;
    }
    publish();
    return operations;
  }

  /** Release: the kernel that acquires this tail sees what is in the entries before it. */
  void publish() {
    Memory.putIntRelease(tail, nextTail);
  }

  /**
   * Whether the kernel has completions that come only by entering. There is nothing behind these
   * flags to be visible; it is an ordered access for the compiler, which may keep what a plain one
   * has found. What is not seen now is seen in a later turn, and a loop that waits enters anyway.
   */
  boolean wantsEntering() {
    return (Memory.getIntAcquire(flags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
  }
}
