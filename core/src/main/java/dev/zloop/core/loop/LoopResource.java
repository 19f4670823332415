package dev.zloop.core.loop;

/** Something that keeps a loop from having closed until it has ended: a listener, a connection. */
public interface LoopResource {

  /**
   * The loop closes: end at once, and call {@link EventLoop#remove} when done, now or later. Called
   * once, on the loop's thread; a resource that is ending already has nothing to do.
   */
  void onLoopClosing();

  /**
   * The loop was stopped by a defect of the engine: tell whoever waits, and free what is held.
   * Called once, instead of everything else, by the thread that ends the loop. The loop has closed
   * its descriptors and lets go of all memory; nothing may be asked of it any more, and {@link
   * EventLoop#remove} need not be called.
   */
  default void onLoopStopped(Throwable defect) {}

  /** What kind of thing this is, in the plural: a heading in {@link EventLoop#dump}. */
  default String kind() {
    return "others";
  }

  /** How this is doing, in one line for a person. On the loop's thread; it changes nothing. */
  default String describe() {
    return toString();
  }
}
