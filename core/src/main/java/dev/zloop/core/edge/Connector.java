package dev.zloop.core.edge;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.StreamIo;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/** Connects: resolves, then tries one address after the other until one works. */
public final class Connector {

  /** Hears the outcome: one of the two, once, on the loop's thread, in a later turn. */
  public interface Callback {

    /** Connected. Take the stream over before this returns: {@code Transport.adopt}. */
    void onConnected(StreamIo stream);

    /** The last failure; those of earlier addresses are suppressed ones of it. */
    void onFailed(IOException cause);
  }

  private Connector() {}

  /**
   * @param local the address to connect from, or null for the kernel's choice
   */
  public static Cancellable connect(
      EventLoop loop,
      SocketAddress remote,
      SocketAddress local,
      SocketOptions options,
      Duration timeout,
      Callback callback) {
    throw new UnsupportedOperationException();
  }
}
