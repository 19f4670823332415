package dev.zloop.core.loop;

import java.util.List;

/**
 * The kernel as the run cycle sees it: something to wait in, and something to serve afterwards. All
 * but {@link #wakeup} is for the loop's thread.
 */
public interface IoPort {

  /**
   * Hands the kernel what was requested since the last call, and waits for I/O, a wakeup or the
   * timeout; may return early and with nothing. No callback runs in here.
   *
   * <p>Each turn calls this once, and the first turn before anything is requested. What the kernel
   * binds to a thread is therefore bound here, by the first call, and not where the port is made.
   *
   * @param timeoutNanos negative: for ever; zero: not at all
   */
  void await(long timeoutNanos);

  /**
   * Serves what {@link #await} found, and what earlier turns left over, inline and bounded.
   *
   * @return how many handles were served
   */
  int dispatch();

  /** Whether {@link #dispatch} has work that no event will announce: then a turn must not wait. */
  boolean hasBacklog();

  /**
   * Makes {@link #await} return, now or when it is next called. From any thread, also when closed.
   */
  void wakeup();

  /** How it is doing, in lines for a person, each with its subject: "receive memory: ..". */
  default List<String> describe() {
    return List.of();
  }

  /**
   * Gives the port what it is to tell of each handler before it calls it. Called once, before all
   * else; a port that does not tell has its handlers taken for what ran before them.
   */
  default void tellProgress(Progress progress) {}

  /** Frees descriptors and memory. Every handle was closed, and told so, before. */
  void close();
}
