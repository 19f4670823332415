package dev.zloop.core.transport;

/** A listening socket at the seam. It accepts from the start. */
public interface ListenerIo {

  /** Connections that one listener tells in a turn, at the most; the others have theirs then. */
  int ACCEPTS_PER_TURN_MAX = 64;

  /** The descriptor, for options and messages; not to close. */
  int fd();

  /** Asks for no more connections; some that the kernel has accepted may still come up. */
  void pause();

  /** Asks for connections again. */
  void resume();

  /**
   * Stops, closes the descriptor, and then tells {@link ListenerEvents#onClosed}, in a later turn;
   * nothing else is told after this call. Idempotent. Connections that wait in the backlog are
   * reset by the kernel.
   */
  void close();
}
