package dev.zloop.reactor.tcp;

import reactor.core.publisher.Mono;
import reactor.pool.PooledRef;

/**
 * A connection on loan from a {@link ConnectionPool}: to be given back, by one of two methods, when
 * nothing is being sent or received on it any more. Its methods may be called from any thread; only
 * the first call counts.
 */
public final class PooledConnection {
  private final PooledRef<PoolMember> loan;

  PooledConnection(PooledRef<PoolMember> loan) {
    this.loan = loan;
  }

  /** The connection; not to be used once it was given back. */
  public Connection connection() {
    return loan.poolable().connection();
  }

  /**
   * Gives it back for others. It has to be as it was: with the last answer read to its end, and
   * without TLS begun in between. One that has ended, or is still being sent or received on, is
   * closed instead.
   */
  public void release() {
    releaseLater().subscribe();
  }

  /** Gives it back to be closed: nobody can say what its peer would answer next. */
  public void invalidate() {
    invalidateLater().subscribe();
  }

  Mono<Void> releaseLater() {
    return loan.release();
  }

  Mono<Void> invalidateLater() {
    return loan.invalidate();
  }

  @Override
  public String toString() {
    return "pooled " + connection();
  }
}
