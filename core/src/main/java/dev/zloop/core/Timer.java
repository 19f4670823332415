package dev.zloop.core;

/**
 * A task that a loop runs once, later. Made by {@link ZLoop#schedule}; safe to use from any thread.
 *
 * <p>A timer never fires early. It fires as late as the loop is busy, plus what the kernel's timer
 * slack adds (50 microseconds on an ordinary Linux thread).
 */
public interface Timer {

  /**
   * Takes the task back. On the loop's thread the task certainly does not run afterwards when this
   * returns true; nor from any other thread.
   *
   * @return true exactly once, and only when the task had not begun
   */
  boolean cancel();

  /** Whether {@link #cancel} took the task back, or the loop closed before it ran. */
  boolean isCancelled();

  /** Whether the task has begun to run, or never will. */
  boolean isDone();
}
