package dev.zloop.core.loop;

/** A task that holds something, or that somebody waits for. */
public interface Abandonable extends Runnable {

  /**
   * The loop has ended without running the task: gives back what it holds. Called once, instead of
   * {@link #run}, by the thread that ends the loop; system calls of the loop still work.
   */
  void abandon();
}
