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

  /** An edge: what became ready, as bits of {@code Poller}. Not after the handle was closed. */
  abstract void onReady(int readiness);

  /** The turn after this handle was added to the backlog. Not after the handle was closed. */
  abstract void onBacklog();

  /** The turn after this handle was closed. */
  abstract void onClosed();
}
