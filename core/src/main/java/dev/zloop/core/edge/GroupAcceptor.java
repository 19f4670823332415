package dev.zloop.core.edge;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.EventLoop;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * Accepts for all loops of a group, and brings each connection to the loop that it is to live on,
 * for good. In one of two ways:
 *
 * <ul>
 *   <li>{@link #open}: one socket listens, on one loop, which hands each connection to the loop
 *       that has the fewest. Whichever connections come and go, the loops stay even.
 *   <li>{@link #openPerLoop}: each loop has a listening socket of its own on the same port, and the
 *       kernel chooses by a hash of the addresses. Accepting is spread too, and no connection
 *       crosses threads; how even the loops are is left to chance.
 * </ul>
 *
 * <p>It is opened on the thread of a loop. Everything else may be called from any thread.
 */
public sealed interface GroupAcceptor permits HandingAcceptor, PerLoopAcceptor {

  /** Hears of connections. What a method throws is reported to the loop that called it. */
  interface Handler {

    /**
     * A connection, told on the thread of the loop that it is to live on: non-blocking,
     * close-on-exec, and the receiver's to close.
     */
    void onAccepted(EventLoop home, int fd);

    /** As {@link Acceptor.Handler#onPaused}, on the thread of a loop that accepts. */
    default void onPaused(NativeIoException cause, Duration backOff) {}

    /** Every listening socket is closed. Told once, after which nothing more is accepted. */
    void onClosed();
  }

  /**
   * Listens with one socket, on {@code loop}, and hands each connection to the least loaded loop of
   * the group. It ends with {@code loop}; when another loop closes, the rest take its share.
   *
   * @param loop accepts; on its thread. As a rule one of the group
   * @throws NativeIoException as {@link Acceptor#open} says
   */
  static GroupAcceptor open(
      EventLoop loop,
      ZLoopGroup loops,
      SocketAddress address,
      SocketOptions options,
      Handler handler)
      throws NativeIoException {
    return new HandingAcceptor(loop, loops, address, options, handler);
  }

  /**
   * Listens with a socket for each loop that is open, all on one port: socket(7), SO_REUSEPORT,
   * whatever the options say of that. All are bound and listen when this returns, or none.
   *
   * <p>A connection belongs to one of the sockets from its first packet on. When that socket is
   * closed, by {@link #close} or because its loop was closed, those that it has not accepted yet
   * are reset, although other loops still listen; unless net.ipv4.tcp_migrate_req is set (Linux
   * 5.14), which moves them. A loop that is busy or was not started lets its share wait, and nobody
   * helps it out.
   *
   * @param loop binds; on its thread. As a rule one of the group
   * @param address an IP address, with port 0 for any free one
   * @throws NativeIoException as {@link Acceptor#open} says
   * @throws IllegalArgumentException for a Unix path, which only one socket can have
   * @throws java.util.concurrent.RejectedExecutionException if every loop of the group is closed
   */
  static GroupAcceptor openPerLoop(
      EventLoop loop,
      ZLoopGroup loops,
      SocketAddress address,
      SocketOptions options,
      Handler handler)
      throws NativeIoException {
    return PerLoopAcceptor.open(loop, loops, address, options, handler);
  }

  /** Where it listens, with the port that the kernel chose if 0 was asked for. */
  SocketAddress localAddress();

  /**
   * How many connections were closed as soon as they were accepted, because the loop that they were
   * to live on was closed at that moment.
   */
  long refused();

  /**
   * Stops listening; connections that wait to be accepted are reset. {@link Handler#onClosed} tells
   * the end. Those that were accepted, and may be on their way to their loop, stay. Idempotent.
   */
  void close();
}
