package dev.zloop.nativereactor.uring;

import dev.zloop.nativereactor.sys.Cqe;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.UringParams;

/**
 * What became of it: completions that the kernel writes, a tail that it moves, a head that we move.
 * Both count all completions there ever were, modulo 2^32.
 */
final class CompletionQueue {
  private final long headAddress;
  private final long tailAddress;
  private final long completions;
  private final int mask;

  /** Ours alone to move: the kernel's copy is the same. */
  private int head;

  /** The kernel's, as last seen. */
  private int tail;

  private long userData;
  private int result;
  private int flags;

  CompletionQueue(RingMemory memory, long params) {
    long queues = memory.queues();
    this.headAddress = queues + UringParams.completionHead(params);
    this.tailAddress = queues + UringParams.completionTail(params);
    this.completions = queues + UringParams.completions(params);
    this.mask = UringParams.completionEntries(params) - 1;
  }

  /** Acquire: the completions before the tail that is found are visible, all of them. */
  boolean isEmpty() {
    if (head == tail) {
      tail = Memory.getIntAcquire(tailAddress);
    }
    return head == tail;
  }

  /** Reads the next completion, and leaves its place to the kernel; false if there is none. */
  boolean next() {
    if (isEmpty()) {
      return false;
    }
    long completion = completions + (long) (head & mask) * Cqe.SIZE;
    userData = Cqe.userData(completion);
    result = Cqe.result(completion);
    flags = Cqe.flags(completion);
    head++;
    // Release: the kernel that acquires this head writes there only after we have read.
    Memory.putIntRelease(headAddress, head);
    return true;
  }

  long userData() {
    return userData;
  }

  int result() {
    return result;
  }

  /** IORING_CQE_F_* flags. */
  int flags() {
    return flags;
  }
}
