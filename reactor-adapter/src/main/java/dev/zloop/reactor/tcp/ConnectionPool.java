package dev.zloop.reactor.tcp;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.Schedulers;
import java.net.SocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.pool.InstrumentedPool;
import reactor.pool.InstrumentedPool.PoolMetrics;
import reactor.pool.PoolAcquireTimeoutException;
import reactor.pool.PoolBuilder;
import reactor.pool.PooledRef;
import reactor.pool.PooledRefMetadata;

/**
 * Connections of a client that are used one time after the other: by reactor-pool, which is to be
 * added ({@code io.projectreactor.addons:reactor-pool}). Its methods may be called from any thread.
 *
 * <p>There is a pool for each remote address, kept until {@link #dispose}. A connection is for one
 * user at a time, and stays on its loop for life, whoever has it. What was used last is used next.
 * While it is idle its peer's end, and what it says unasked, are noticed, and it is closed: what a
 * loop knows to be dead is not handed out. A peer that ends it at that very moment cannot be
 * helped: what may be done twice can be tried again.
 *
 * <pre>{@code
 * ConnectionPool pool =
 *     ConnectionPool.builder(TcpClient.create().host("127.0.0.1").port(7000))
 *         .maxConnections(8)
 *         .build();
 * }</pre>
 */
public final class ConnectionPool implements Disposable {
  private final TcpClient client;
  private final ConnectionPoolSettings settings;
  private final Map<SocketAddress, InstrumentedPool<PoolMember>> pools = new ConcurrentHashMap<>();
  private volatile boolean disposed;

  private ConnectionPool(TcpClient client, ConnectionPoolSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /**
   * A pool to configure.
   *
   * @param client how to connect; without a handler
   * @throws IllegalArgumentException if the client has a handler, which would end each connection
   * @throws IllegalStateException if reactor-pool, an optional dependency, is not there
   */
  public static Builder builder(TcpClient client) {
    if (client.config().function != null) {
      throw new IllegalArgumentException(
          "the client of a pool has a handler, expected none: who acquires a connection uses it");
    }
    try {
      Class.forName("reactor.pool.PoolBuilder", false, ConnectionPool.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "a pool takes reactor-pool: add io.projectreactor.addons:reactor-pool", e);
    }
    return new Builder(client, ConnectionPoolSettings.DEFAULT);
  }

  /** Configures a pool. Immutable: each method returns a changed copy. */
  public static final class Builder {
    private final TcpClient client;
    private final ConnectionPoolSettings settings;

    private Builder(TcpClient client, ConnectionPoolSettings settings) {
      this.client = client;
      this.settings = settings;
    }

    private Builder with(ConnectionPoolSettings changed) {
      return new Builder(client, changed);
    }

    /**
     * How many there may be for each remote, 1 or more. Default: twice the processors, 16 or more.
     */
    public Builder maxConnections(int max) {
      return with(settings.withMaxConnections(max));
    }

    /**
     * How many may wait for one, for each remote, 0 or more; more fail with reactor-pool's {@code
     * PoolAcquirePendingLimitException}. Default: 1,000.
     */
    public Builder pendingAcquireMaxCount(int max) {
      return with(settings.withPendingMax(max));
    }

    /**
     * How long one may wait for it, positive; then it fails with reactor-pool's {@code
     * PoolAcquireTimeoutException}, which is a {@link java.util.concurrent.TimeoutException}; the
     * message tells the remote, and how many are in use and wait. To connect takes its own time.
     * Default: 45 seconds.
     */
    public Builder pendingAcquireTimeout(Duration timeout) {
      return with(settings.withPendingTimeout(timeout));
    }

    /**
     * How long one may be idle, positive, until it is closed; looked at five times in that time.
     * Should be less than what the servers allow. Default: 60 seconds.
     */
    public Builder maxIdleTime(Duration time) {
      return with(settings.withMaxIdle(time));
    }

    /** The pool, in which nothing is connected yet. */
    public ConnectionPool build() {
      return new ConnectionPool(client, settings);
    }
  }

  // ---- using it

  /**
   * A connection to where the client connects to: an idle one, a new one, or the next to be given
   * back. Told on the connection's loop.
   */
  public Mono<PooledConnection> acquire() {
    return Mono.defer(() -> acquire(client.config().remoteAddress()));
  }

  /** As {@link #acquire()}, to another address than the client's. */
  public Mono<PooledConnection> acquire(SocketAddress remote) {
    Objects.requireNonNull(remote, "remote");
    return Mono.defer(() -> borrowFrom(poolOf(remote), remote))
        .flatMap(loan -> takeOut(loan, remote));
  }

  /**
   * Acquires a connection, works with it, and gives it back when the work is complete. If the work
   * fails or is cancelled the connection is closed, since an answer may still be on its way.
   */
  public <T> Flux<T> use(Function<? super Connection, ? extends Publisher<? extends T>> work) {
    return Flux.usingWhen(
        acquire(),
        pooled -> work.apply(pooled.connection()),
        PooledConnection::releaseLater,
        (pooled, error) -> pooled.invalidateLater(),
        PooledConnection::invalidateLater);
  }

  private Mono<PooledRef<PoolMember>> borrowFrom(
      InstrumentedPool<PoolMember> pool, SocketAddress remote) {
    return pool.acquire(settings.pendingTimeout())
        .onErrorMap(
            PoolAcquireTimeoutException.class,
            timeout -> PoolTimeoutException.of(timeout, remote, pool.metrics()));
  }

  private Mono<PooledConnection> takeOut(PooledRef<PoolMember> loan, SocketAddress remote) {
    return loan.poolable()
        .takeOut()
        .doOnCancel(() -> loan.invalidate().subscribe())
        .flatMap(alive -> {
          boolean isNew = loan.metadata().acquireCount() <= 1;
          return alive || isNew // a new one that is dead again tells whoever uses it why
              ? Mono.just(new PooledConnection(loan))
              : loan.invalidate().then(acquire(remote));
        });
  }

  private InstrumentedPool<PoolMember> poolOf(SocketAddress remote) {
    InstrumentedPool<PoolMember> pool = pools.computeIfAbsent(remote, this::newPool);
    if (disposed) {
      pool.dispose();
    }
    return pool;
  }

  private InstrumentedPool<PoolMember> newPool(SocketAddress remote) {
    EventLoop loop = (EventLoop) client.config().loops.get().next();
    Scheduler scheduler = Schedulers.fromZLoop(loop);
    long maxIdleMillis = settings.maxIdle().toMillis();
    return PoolBuilder.from(client.remoteAddress(() -> remote).connect().map(PoolMember::new))
        .sizeBetween(0, settings.maxConnections())
        .maxPendingAcquire(settings.pendingMax())
        .pendingAcquireTimer(
            (task, timeout) -> scheduler.schedule(task, timeout.toNanos(), TimeUnit.NANOSECONDS))
        .idleResourceReuseMruOrder()
        .releaseHandler(PoolMember::putIn)
        .destroyHandler(member -> Mono.fromRunnable(member.connection()::dispose))
        .evictionPredicate(
            (member, metadata) -> !member.isAlive() || isIdleFor(metadata, maxIdleMillis))
        .evictInBackground(settings.evictionInterval(), scheduler)
        .clock(new LoopClock(loop))
        .buildPool();
  }

  private static boolean isIdleFor(PooledRefMetadata metadata, long millis) {
    return metadata.idleTime() >= millis;
  }

  // ---- what is in it

  /** How many connections nobody has at this moment, for all remotes. */
  public int idleConnections() {
    return sum(PoolMetrics::idleSize);
  }

  /** How many connections somebody has at this moment, for all remotes. */
  public int acquiredConnections() {
    return sum(PoolMetrics::acquiredSize);
  }

  private int sum(ToIntFunction<PoolMetrics> each) {
    return pools.values().stream().map(InstrumentedPool::metrics).mapToInt(each).sum();
  }

  // ---- the end

  /**
   * Closes what is idle, and what is on loan when it is given back. Who waits, or comes later,
   * fails with reactor-pool's {@code PoolShutdownException}.
   */
  @Override
  public void dispose() {
    disposed = true;
    pools.values().forEach(InstrumentedPool::dispose);
  }

  @Override
  public boolean isDisposed() {
    return disposed;
  }

  /** The time by a loop, as the loop's timers go by it. */
  private static final class LoopClock extends Clock {
    private final EventLoop loop;

    LoopClock(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public long millis() {
      return TimeUnit.NANOSECONDS.toMillis(loop.nanoTime());
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
