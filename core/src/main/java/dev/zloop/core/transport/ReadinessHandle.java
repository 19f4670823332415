package dev.zloop.core.transport;

/** A registered descriptor: what the poller's events and the backlog are delivered to. */
abstract class ReadinessHandle {
  final ReadinessIo io;
  final int fd;
  long token;
  boolean inBacklog;

  ReadinessHandle(ReadinessIo io, int fd) {
    this.io = io;
    this.fd = fd;
  }

  /**
   * An edge: what became ready, as bits of {@code Poller}. Not after the handle was closed.
   *
   * @param errno that came with {@code Poller.ERROR}, or 0: then SO_ERROR has it
   */
  abstract void onReady(int readiness, int errno);

  /** The turn after this handle was added to the backlog. Not after the handle was closed. */
  abstract void onBacklog();

  /** The turn after this handle was closed. */
  abstract void onClosed();

  @Override
  public final String toString() {
    return "I/O on fd " + fd;
  }
}
