package dev.zloop.core.transport;

import dev.zloop.nativereactor.uring.Completor;

/**
 * A descriptor whose operations a completor carries out. Requests only note what is wanted; {@link
 * #reconcile}, just before the kernel is entered, makes what is in flight match it.
 *
 * <p>The descriptor is closed when nothing is in flight on it any more, and not before: its number
 * would be another's, under an operation of this one.
 */
abstract class CompletionHandle {
  final CompletionIo io;
  final int fd;

  /** Under which {@link CompletionIo} knows it; with a kind, the user data of its operations. */
  long token;

  boolean dirty;
  boolean inBacklog;

  /** Operations of which the last completion has not come. */
  private int inFlight;

  private boolean closed;
  private boolean cancelled;

  CompletionHandle(CompletionIo io, int fd) {
    this.io = io;
    this.fd = fd;
  }

  final int operationsInFlight() {
    return inFlight;
  }

  final boolean isClosed() {
    return closed;
  }

  /**
   * The user data of an operation.
   *
   * @param kind one of those in {@link CompletionIo}
   */
  final long userData(int kind) {
    return (long) kind << HandleTable.TOKEN_BITS | token;
  }

  /** Counts an operation, if it could be queued. */
  final boolean started(boolean queued) {
    if (queued) {
      inFlight++;
    }
    return queued;
  }

  /**
   * Queues the operations that make what is in flight match what is wanted. Tells nothing.
   *
   * @return false if the queue was full: once more in the next turn
   */
  final boolean reconcile() {
    if (!closed) {
      return reconcileOpen();
    }
    if (inFlight > 0 && !cancelled) {
      cancelled = io.completor().cancelAll(fd);
      return cancelled;
    }
    return true;
  }

  /** The completion at hand is of this handle. */
  final void complete(int kind, Completor completion) {
    boolean over = !completion.hasMore();
    if (over) {
      inFlight--;
    }
    if (!closed) {
      onCompletion(kind, completion);
      return;
    }
    io.discard(kind);
    if (inFlight == 0) {
      finish();
    }
  }

  /** Begins to close, once: nothing is told any more, but the end. */
  final void requestClose() {
    closed = true;
    if (inFlight == 0) {
      finish();
    } else {
      io.markDirty(this);
    }
  }

  private void finish() {
    beforeClose();
    io.close(this);
  }

  /** As {@link #reconcile}, of a handle that is not closed. */
  abstract boolean reconcileOpen();

  /** Not after the handle was closed. */
  abstract void onCompletion(int kind, Completor completion);

  /** The turn after this handle was added to the backlog. Not after the handle was closed. */
  abstract void onBacklog();

  /** Nothing is in flight, and the descriptor is about to be closed. */
  abstract void beforeClose();

  /** The turn after the descriptor was closed. */
  abstract void onClosed();

  @Override
  public final String toString() {
    return "I/O on fd " + fd;
  }
}
