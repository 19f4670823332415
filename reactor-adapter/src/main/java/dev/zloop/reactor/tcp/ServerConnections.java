package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.Abandonable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The connections of a server, on all its loops: from the moment they arrive on their loop until
 * their descriptors are closed.
 */
final class ServerConnections {
  private final int max;
  private final AtomicInteger open = new AtomicInteger();
  private final Set<TcpConnection> present = ConcurrentHashMap.newKeySet();

  private volatile boolean complete;
  private final Sinks.Empty<Void> completed = Sinks.empty();
  private final Sinks.Empty<Void> ended = Sinks.empty();

  /**
   * @param max how many there may be at a time
   */
  ServerConnections(int max) {
    this.max = max;
  }

  /** How many there are at this moment. */
  int count() {
    return open.get();
  }

  /** Counts one more, if that is not one too many. Who is admitted is to {@link #leave}. */
  boolean admit() {
    return open.getAndUpdate(count -> count < max ? count + 1 : count) < max;
  }

  /** One that was admitted exists, and leaves when it has ended. */
  void add(TcpConnection connection) {
    present.add(connection);
    connection
        .onDispose()
        .subscribe(
            null,
            null,
            () -> {
              present.remove(connection);
              leave();
            });
  }

  void leave() {
    open.decrementAndGet();
    tellIfEnded();
  }

  // ---- the end

  /**
   * Nothing more is accepted. What was before may be on its way to its loop: it has arrived when a
   * task has that was sent behind it. Called where it was sent from.
   */
  void acceptingHasEnded(ZLoopGroup loops) {
    var awaited = new AtomicInteger(loops.loops().size());
    Last last =
        new Last(() -> {
          if (awaited.decrementAndGet() == 0) {
            complete = true;
            completed.tryEmitEmpty();
            tellIfEnded();
          }
        });
    for (ZLoop loop : loops.loops()) {
      try {
        loop.execute(last);
      } catch (RejectedExecutionException closed) {
        last.run(); // and so are its connections
      }
    }
  }

  /** A task that counts also if its loop ends without running it. */
  private record Last(Runnable arrival) implements Abandonable {
    @Override
    public void run() {
      arrival.run();
    }

    @Override
    public void abandon() {
      arrival.run();
    }
  }

  /** Who leaves looks at this after counting, and the other way round: one of them sees both. */
  private void tellIfEnded() {
    if (complete && open.get() == 0) {
      ended.tryEmitEmpty();
    }
  }

  /** Completes when no further connection can come. */
  Mono<Void> onComplete() {
    return completed.asMono();
  }

  /** Completes when no further connection can come and the last has ended. */
  Mono<Void> onEnd() {
    return ended.asMono();
  }

  /** Disposes those that are not; how many. */
  int disposeAll() {
    int disposed = 0;
    for (TcpConnection connection : present) {
      if (!connection.isDisposed()) {
        connection.dispose();
        disposed++;
      }
    }
    return disposed;
  }

  void abortAll() {
    present.forEach(TcpConnection::abort);
  }
}
