package dev.zloop.core.transport;

import dev.zloop.core.loop.EventLoop;
import java.io.IOException;

/**
 * What JDK Flight Recorder is told of one connection. While nobody records, that is a look at the
 * clock and a count. On the loop's thread.
 */
final class ConnectionFlight {
  private static final ConnectionOpenedEvent OPENED = new ConnectionOpenedEvent();
  private static final ConnectionClosedEvent CLOSED = new ConnectionClosedEvent();

  private final EventLoop loop;
  private final boolean accepted;
  private int fd;
  private long openedNanos;
  private long receivedBytes;

  /** Null unless somebody recorded when the connection began, or when it began to end. */
  private Endpoints endpoints;

  private boolean reset;

  ConnectionFlight(EventLoop loop, boolean accepted) {
    this.loop = loop;
    this.accepted = accepted;
  }

  /** The connection is open. */
  void opened(int openFd) {
    fd = openFd;
    openedNanos = loop.nanoTime();
    if (!OPENED.isEnabled()) {
      return;
    }
    learnEndpoints();
    ConnectionOpenedEvent event = new ConnectionOpenedEvent();
    event.loop = loop.name();
    event.fd = fd;
    event.local = endpoints.local();
    event.remote = endpoints.remote();
    event.accepted = accepted;
    event.commit();
  }

  private void learnEndpoints() {
    endpoints = Endpoints.of(SocketIo.of(loop).syscalls(), fd);
  }

  void received(int bytes) {
    receivedBytes += bytes;
  }

  /** The connection begins to end. Once it has ended both ways, the kernel forgets the peer. */
  void ending() {
    if (endpoints == null && CLOSED.isEnabled()) {
      learnEndpoints();
    }
  }

  /** The descriptor is about to be closed. */
  void closing(boolean withReset) {
    reset = withReset;
    ending();
  }

  /**
   * The connection has ended.
   *
   * @param cause why, or null if it was closed or aborted by this side
   */
  void closed(IOException cause, long sentBytes) {
    if (!CLOSED.isEnabled()) {
      return;
    }
    ConnectionClosedEvent event = new ConnectionClosedEvent();
    event.loop = loop.name();
    event.fd = fd;
    if (endpoints != null) {
      event.local = endpoints.local();
      event.remote = endpoints.remote();
    }
    event.accepted = accepted;
    event.lifetime = loop.nanoTime() - openedNanos;
    event.received = receivedBytes;
    event.sent = sentBytes;
    event.end = cause != null ? "failed" : reset ? "aborted" : "closed";
    event.failure = cause == null ? null : cause.getMessage();
    event.commit();
  }
}
