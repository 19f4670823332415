package dev.zloop.core.loop;

/** Something that keeps a loop from having closed until it has ended: a listener, a connection. */
public interface LoopResource {

  /**
   * The loop closes: end at once, and call {@link EventLoop#remove} when done, now or later. Called
   * once, on the loop's thread; a resource that is ending already has nothing to do.
   */
  void onLoopClosing();
}
