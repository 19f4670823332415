package dev.zloop.reactor.tcp;

import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.EventLoop;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import reactor.util.Logger;
import reactor.util.Loggers;

/** What happens to connections for which a server has no room; on any of its loops. */
final class Refusals {
  private static final Logger LOG = Loggers.getLogger(TcpServer.class);

  /** Refusals that are no further apart are one episode, of which the log has one line. */
  private static final Duration EPISODE_GAP = Duration.ofSeconds(10);

  private final int connectionsMax;
  private final Consumer<? super SocketAddress> listener;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong lastNanos = new AtomicLong();

  Refusals(int connectionsMax, Consumer<? super SocketAddress> listener) {
    this.connectionsMax = connectionsMax;
    this.listener = listener;
  }

  long count() {
    return count.get();
  }

  /** Resets a connection that was just accepted. Takes the descriptor. */
  void refuse(EventLoop loop, int fd) {
    SocketAddress peer = Sockets.remoteAddress(loop, fd);
    if (beginsEpisode(loop.nanoTime())) {
      LOG.warn(
          "{} has {} connections, as many as maxConnections allows: one from {} is reset, and so"
              + " are further ones; refusedConnections() counts them",
          Sockets.localAddress(loop, fd),
          connectionsMax,
          peer);
    }
    Sockets.reset(loop, fd);
    listener.accept(peer);
  }

  /** Takes note of one more: whether it is the first of an episode. */
  boolean beginsEpisode(long nowNanos) {
    boolean first = count.getAndIncrement() == 0;
    long beforeNanos = lastNanos.getAndSet(nowNanos);
    return first || nowNanos - beforeNanos > EPISODE_GAP.toNanos();
  }
}
