package dev.zloop.core.loop;

/**
 * Which loop a thread runs. Where it drives several in turn, as an embedder may, the one that is in
 * its turn, or had the last.
 */
final class CurrentLoop {
  private static final ThreadLocal<EventLoop> CURRENT = new ThreadLocal<>();

  private CurrentLoop() {}

  /** Null for a thread that runs none. */
  static EventLoop get() {
    return CURRENT.get();
  }

  /** A turn begins. */
  static void set(EventLoop loop) {
    if (CURRENT.get() != loop) {
      CURRENT.set(loop);
    }
  }

  /** The loop has had its last turn. */
  static void clear(EventLoop loop) {
    if (CURRENT.get() == loop) {
      CURRENT.remove();
    }
  }
}
