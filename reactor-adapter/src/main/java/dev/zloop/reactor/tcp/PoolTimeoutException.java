package dev.zloop.reactor.tcp;

import dev.zloop.core.edge.Sockets;
import java.net.SocketAddress;
import reactor.pool.InstrumentedPool.PoolMetrics;
import reactor.pool.PoolAcquireTimeoutException;

/** reactor-pool's, with what its message lacks: of which pool, and what is in it. */
final class PoolTimeoutException extends PoolAcquireTimeoutException {
  private static final long serialVersionUID = 1L;

  private final String message;

  private PoolTimeoutException(PoolAcquireTimeoutException bare, String message) {
    super(bare.getAcquireTimeout());
    this.message = message;
    initCause(bare);
  }

  /** A throwable, so that whoever only names this does without reactor-pool. */
  static Throwable of(PoolAcquireTimeoutException bare, SocketAddress remote, PoolMetrics pool) {
    int opening = pool.allocatedSize() - pool.acquiredSize() - pool.idleSize();
    String message =
        ("no connection to %s was free within %,d ms: of at most %,d, %,d are in use and %,d being"
             + " opened, and %,d others wait; release() them sooner, or raise maxConnections(..)")
            .formatted(
                Sockets.text(remote),
                bare.getAcquireTimeout().toMillis(),
                pool.getMaxAllocatedSize(),
                pool.acquiredSize(),
                Math.max(0, opening),
                pool.pendingAcquireSize());
    return new PoolTimeoutException(bare, message);
  }

  @Override
  public String getMessage() {
    return message;
  }
}
