package dev.zloop.core.edge;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.LoopResource;
import java.net.SocketAddress;
import java.time.Duration;

/** A bound socket that listens and accepts. */
public final class Acceptor implements LoopResource {

  /** Hears of connections, on the loop's thread. */
  public interface Handler {

    /** A connection: non-blocking, close-on-exec, and the receiver's to close. */
    void onAccepted(int fd);

    /** Accepting failed, as when descriptors run out, and goes on after the back-off. */
    default void onPaused(NativeIoException cause, Duration backOff) {}

    /** The descriptor is closed. Told once. */
    void onClosed();
  }

  private Acceptor() {}

  public static Acceptor open(
      EventLoop loop, SocketAddress address, SocketOptions options, Handler handler)
      throws NativeIoException {
    throw new UnsupportedOperationException();
  }

  /** Where it listens, with the port that the kernel chose if 0 was asked for. From any thread. */
  public SocketAddress localAddress() {
    throw new UnsupportedOperationException();
  }

  /** Stops listening. {@link Handler#onClosed} tells the end, in a later turn. Idempotent. */
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void onLoopClosing() {
    close();
  }
}
