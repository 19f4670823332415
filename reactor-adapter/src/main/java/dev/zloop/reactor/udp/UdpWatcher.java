package dev.zloop.reactor.udp;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks on at one socket, without a part in it: to count, or to log. On the loop's thread. A buffer
 * stays as it is, and its owner's.
 */
interface UdpWatcher {
  UdpWatcher NOBODY = new UdpWatcher() {};

  /** The socket is open, and was told to nobody yet. */
  default void onOpened() {}

  /** A datagram is about to be received. */
  default void onReceived(InetSocketAddress sender, ByteBuf content) {}

  /**
   * A datagram is about to be queued.
   *
   * @param recipient or null: the peer of a connected socket
   */
  default void onWritten(InetSocketAddress recipient, ByteBuf content) {}

  /**
   * A datagram could not be sent, or the network reports something of an earlier one.
   *
   * @param recipient or null: the peer of a connected socket, or nobody knows
   */
  default void onError(InetSocketAddress recipient, Throwable error) {}

  /** The socket has ended: with its failure, or null. Last. */
  default void onClosed(Throwable cause) {}

  /** One for all of them. */
  record Several(List<UdpWatcher> watchers) implements UdpWatcher {
    private void each(Consumer<UdpWatcher> event) {
      watchers.forEach(event);
    }

    @Override
    public void onOpened() {
      each(UdpWatcher::onOpened);
    }

    @Override
    public void onReceived(InetSocketAddress sender, ByteBuf content) {
      each(watcher -> watcher.onReceived(sender, content));
    }

    @Override
    public void onWritten(InetSocketAddress recipient, ByteBuf content) {
      each(watcher -> watcher.onWritten(recipient, content));
    }

    @Override
    public void onError(InetSocketAddress recipient, Throwable error) {
      each(watcher -> watcher.onError(recipient, error));
    }

    @Override
    public void onClosed(Throwable cause) {
      each(watcher -> watcher.onClosed(cause));
    }
  }
}
