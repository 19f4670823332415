package dev.zloop.core.transport;

/** What a listening socket tells, on the loop's thread. None may throw: see StreamEvents. */
public interface ListenerEvents {

  /** A connection: close-on-exec, non-blocking, and the receiver's to close. */
  void onAccepted(int fd);

  /**
   * Accepting failed. The listener has paused itself, and accepts again when told to resume.
   *
   * @param errno positive, and none of those that concern only the one connection
   */
  void onAcceptFailed(int errno);

  /** The descriptor is closed. Told once. */
  void onClosed();
}
