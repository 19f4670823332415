package dev.zloop.core.edge;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.loop.EventLoop;
import java.net.SocketAddress;
import java.util.function.IntConsumer;

/** Connected sockets by their descriptors: options, names, and the way to another loop. */
public final class Sockets {
  private Sockets() {}

  /** Sets the options of a connection: those of TCP not on a Unix socket. */
  public static void configure(EventLoop loop, int fd, SocketOptions options)
      throws NativeIoException {
    throw new UnsupportedOperationException();
  }

  /** The address of this end, or null if the socket has none any more. */
  public static SocketAddress localAddress(EventLoop loop, int fd) {
    throw new UnsupportedOperationException();
  }

  /** The address of the peer, or null if there is none any more. */
  public static SocketAddress remoteAddress(EventLoop loop, int fd) {
    throw new UnsupportedOperationException();
  }

  /**
   * Hands an accepted descriptor, on which nothing has begun yet, to the loop that it shall live
   * on. On {@code from}'s thread. If the other loop is closed the descriptor is closed.
   *
   * @return whether {@code to} took it
   */
  public static boolean handOver(EventLoop from, EventLoop to, int fd, IntConsumer onLoop) {
    throw new UnsupportedOperationException();
  }

  /** Closes a descriptor that no stream and no loop has taken. */
  public static void close(EventLoop loop, int fd) {
    throw new UnsupportedOperationException();
  }
}
