package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.uring.Completor;

/**
 * A listening socket over completions: one multishot accept, armed unless paused. It cannot be
 * bounded and takes the whole backlog; what is more than a turn's share waits here.
 */
final class CompletionListener extends CompletionHandle implements ListenerIo {

  /** So many failures in a row are one of accepting, though each be that of a connection. */
  static final int FAILURES_MAX = 64;

  /** With so many waiting, the kernel is asked for no more. */
  static final int WAITING_MAX = 4 * ACCEPTS_PER_TURN_MAX;

  private final ListenerEvents events;

  /** Accepted, and not told yet. */
  private final DescriptorQueue waiting = new DescriptorQueue();

  /** How many were told in the turn that was counted last. */
  private int told;

  private int countedTurn;

  private Multishot accept = Multishot.IDLE;
  private boolean paused;
  private int failures;

  CompletionListener(CompletionIo io, int fd, ListenerEvents events) {
    super(io, fd);
    this.events = events;
  }

  @Override
  public int fd() {
    return fd;
  }

  // ---- requests

  @Override
  public void pause() {
    paused = true;
    wantOtherwise();
  }

  @Override
  public void resume() {
    paused = false;
    wantOtherwise();
  }

  private void wantOtherwise() {
    if (!isClosed()) {
      io.markDirty(this);
    }
  }

  @Override
  public void close() {
    if (!isClosed()) {
      while (!waiting.isEmpty()) {
        io.reject(waiting.take());
      }
      requestClose();
    }
  }

  @Override
  boolean reconcileOpen() {
    return switch (accept) {
      case IDLE -> !isWanted() || arm();
      case ARMED -> isWanted() || cancel();
      case CANCELLED -> true; // the next one only after this one's end
    };
  }

  private boolean isWanted() {
    return !paused && waiting.count() < WAITING_MAX;
  }

  private boolean arm() {
    long userData = userData(CompletionIo.ACCEPT);
    boolean queued =
        started(io.completor().acceptMultishot(fd, SocketCalls.ACCEPT_FLAGS, userData));
    if (queued) {
      accept = Multishot.ARMED;
    }
    return queued;
  }

  private boolean cancel() {
    boolean queued = io.completor().cancel(userData(CompletionIo.ACCEPT));
    if (queued) {
      accept = Multishot.CANCELLED;
    }
    return queued;
  }

  // ---- completions

  @Override
  void onCompletion(int kind, Completor completion) {
    int result = completion.result();
    if (!completion.hasMore()) {
      accept = Multishot.IDLE;
      io.markDirty(this);
    }
    if (result >= 0) {
      failures = 0;
      waiting.add(result);
      tell();
    } else if (result != -Errno.ECANCELED && result != -Errno.EINTR) {
      onFailure(-result);
    }
  }

  private void onFailure(int errno) {
    failures++;
    if (!SocketCalls.concernsOneConnection(errno) || failures == FAILURES_MAX) {
      failures = 0;
      pause();
      events.onAcceptFailed(errno);
    }
  }

  @Override
  void onBacklog() {
    tell();
  }

  private void tell() {
    if (countedTurn != io.turn()) {
      countedTurn = io.turn();
      told = 0;
    }
    while (!waiting.isEmpty() && told < ACCEPTS_PER_TURN_MAX) {
      told++;
      events.onAccepted(waiting.take());
    }
    if (!waiting.isEmpty()) {
      io.addToBacklog(this);
      io.markDirty(this);
    }
  }

  @Override
  void beforeClose() {}

  @Override
  void onClosed() {
    events.onClosed();
  }
}
