package dev.zloop.core.transport;

/**
 * accept4(2) in a loop: bounded a turn, and paused by itself when descriptors or memory run out.
 */
final class ReadinessListener extends ReadinessHandle implements ListenerIo {
  private final ListenerEvents events;

  /** Accepts that are left in a turn, which may serve this twice: for the backlog, and an event. */
  private int share;

  /** How many of the turn's failed, each on behalf of one connection. */
  private int failures;

  private int shareTurn = -1;
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
  void onReady(int readiness, int errno) {
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
    if (shareTurn != io.turn()) {
      shareTurn = io.turn();
      share = ACCEPTS_PER_TURN_MAX;
      failures = 0;
    }
    for (; !paused && !closed; share--) {
      if (share == 0) {
        io.addToBacklog(this);
        return;
      }
      int result = io.syscalls().accept4(fd, SocketCalls.ACCEPT_FLAGS);
      if (result >= 0) {
        events.onAccepted(result);
      } else if (SocketCalls.isWouldBlock(result)) {
        return;
      } else if (!SocketCalls.concernsOneConnection(-result)
          || ++failures == ACCEPTS_PER_TURN_MAX) {
        // A turn of nothing else is a failure of accepting: a sandbox says EPERM, and for ever.
        paused = true;
        events.onAcceptFailed(-result);
      }
    }
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
