package dev.zloop.nativereactor.poll;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets any thread use a descriptor that another may close meanwhile: a thread enters before it uses
 * the descriptor and leaves after, shutting the gate keeps out whoever comes later, and whoever is
 * out last closes the descriptor. Nobody waits.
 *
 * <p>The danger is a thread that decides to write, is descheduled, and writes when the descriptor
 * has been closed and its number is somebody's socket.
 */
public final class WakerGate {
  /** The gate is shut. The bits below count the threads inside. */
  private static final int SHUT = Integer.MIN_VALUE;

  /**
   * Two things must be visible through it, and its being one atomic variable is enough for both: to
   * the thread that closes the descriptor, the writes of all who were inside (each left by an
   * atomic decrement that it sees); to a thread that wants to enter, that the gate is shut (the
   * compare-and-set fails, or sees the bit).
   */
  private final AtomicInteger state = new AtomicInteger();

  /** Whether the caller is inside now, and must leave; false once the gate is shut. */
  public boolean enter() {
    int seen;
    do {
      seen = state.get();
      if (seen < 0) {
        return false;
      }
    } while (!state.compareAndSet(seen, seen + 1));
    return true;
  }

  /**
   * Whether the caller is the last, and must close the descriptor: true once, for the gate is shut
   * then, so that the count only falls, and passes zero once.
   */
  public boolean leave() {
    return state.decrementAndGet() == SHUT;
  }

  /** Any number of times; whether nobody is inside, so that the caller must close: true once. */
  public boolean shut() {
    return state.getAndUpdate(seen -> seen | SHUT) == 0;
  }
}
