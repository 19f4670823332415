package dev.zloop.reactor.tcp;

import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Looks on at one connection, without a part in it: to count, or to log. On the loop's thread. A
 * buffer stays as it is, and its owner's.
 */
interface ConnectionWatcher {
  ConnectionWatcher NOBODY = new ConnectionWatcher() {};

  /** The connection is open, and was told to nobody yet. */
  default void onOpened() {}

  /** Bytes are about to be received. */
  default void onReceived(ByteBuf buffer) {}

  /** Bytes are about to be queued. */
  default void onWritten(ByteBuf buffer) {}

  /** That many bytes of a file are about to be queued. */
  default void onFileWritten(long bytes) {}

  /** What was queued is about to be sent. */
  default void onFlush() {}

  /** A TLS handshake begins. */
  default void onTlsBegun() {}

  default void onSecured(TlsSession session) {}

  /** A handshake has failed. The connection fails with it, which is told as well. */
  default void onTlsFailed() {}

  /** The peer has ended its output; with the failure, if that is no end that it meant, or null. */
  default void onInputEnd(Throwable failure) {}

  /** The connection has broken, and may still be read. */
  default void onBroken(Throwable cause) {}

  /** The connection has ended: with its failure, or null. Last. */
  default void onClosed(Throwable cause) {}

  /** One for all of them. */
  record Several(List<ConnectionWatcher> watchers) implements ConnectionWatcher {

    @Override
    public void onOpened() {
      watchers.forEach(ConnectionWatcher::onOpened);
    }

    @Override
    public void onReceived(ByteBuf buffer) {
      watchers.forEach(watcher -> watcher.onReceived(buffer));
    }

    @Override
    public void onWritten(ByteBuf buffer) {
      watchers.forEach(watcher -> watcher.onWritten(buffer));
    }

    @Override
    public void onFileWritten(long bytes) {
      watchers.forEach(watcher -> watcher.onFileWritten(bytes));
    }

    @Override
    public void onFlush() {
      watchers.forEach(ConnectionWatcher::onFlush);
    }

    @Override
    public void onTlsBegun() {
      watchers.forEach(ConnectionWatcher::onTlsBegun);
    }

    @Override
    public void onSecured(TlsSession session) {
      watchers.forEach(watcher -> watcher.onSecured(session));
    }

    @Override
    public void onTlsFailed() {
      watchers.forEach(ConnectionWatcher::onTlsFailed);
    }

    @Override
    public void onInputEnd(Throwable failure) {
      watchers.forEach(watcher -> watcher.onInputEnd(failure));
    }

    @Override
    public void onBroken(Throwable cause) {
      watchers.forEach(watcher -> watcher.onBroken(cause));
    }

    @Override
    public void onClosed(Throwable cause) {
      watchers.forEach(watcher -> watcher.onClosed(cause));
    }
  }
}
