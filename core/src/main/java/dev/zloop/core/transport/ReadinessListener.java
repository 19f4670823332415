package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.SocketConstants;

/**
 * accept4(2) in a loop: bounded a turn, and paused by itself when descriptors or memory run out.
 */
final class ReadinessListener extends ReadinessHandle implements ListenerIo {
  static final int ACCEPTS_PER_TURN_MAX = 64;

  private static final int FLAGS = SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;

  private final ListenerEvents events;
  private boolean paused;
  private boolean closed;

  ReadinessListener(ReadinessIo io, int fd, ListenerEvents events) {
    super(io, fd);
    this.events = events;
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  void onReady(int readiness) {
    accept();
  }

  @Override
  void onBacklog() {
    accept();
  }

  @Override
  void onClosed() {
    events.onClosed();
  }

  private void accept() {
    int failures = 0;
    for (int left = ACCEPTS_PER_TURN_MAX; !paused && !closed; left--) {
      if (left == 0) {
        io.addToBacklog(this);
        return;
      }
      int result = io.syscalls().accept4(fd, FLAGS);
      if (result >= 0) {
        events.onAccepted(result);
      } else if (ReadinessIo.isWouldBlock(result)) {
        return;
      } else if (!concernsOneConnection(-result) || ++failures == ACCEPTS_PER_TURN_MAX) {
        paused = true;
        events.onAcceptFailed(-result);
      }
    }
  }

  /**
   * Errors of a connection that went, or was refused, while it waited in the backlog; the next may
   * be fine. accept(2), "Error handling": pending network errors of the new socket come up here. A
   * turn of nothing else is a failure of accepting: a sandbox says EPERM, and for ever.
   */
  private static boolean concernsOneConnection(int errno) {
    return errno == Errno.ECONNABORTED
        || errno == Errno.EPERM
        || errno == Errno.EPROTO
        || errno == Errno.ENETDOWN
        || errno == Errno.ENETUNREACH
        || errno == Errno.EHOSTUNREACH
        || errno == Errno.EOPNOTSUPP
        || errno == Errno.ETIMEDOUT;
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    if (paused && !closed) {
      paused = false;
      io.addToBacklog(this); // connections that came meanwhile make no further edge
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      io.close(this);
    }
  }
}
