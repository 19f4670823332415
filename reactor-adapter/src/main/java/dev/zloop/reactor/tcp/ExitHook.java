package dev.zloop.reactor.tcp;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Shuts a server down when the JVM exits, which waits for it; as long as there is a server. The
 * threads of loops go on working meanwhile.
 */
final class ExitHook extends Thread {
  private static final Logger LOG = Loggers.getLogger(TcpServer.class);

  /**
   * What a shutdown may take beyond its own timeouts. Only a loop that is blocked takes as long,
   * and that is not to keep the JVM for ever.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Anything longer is the same to a process, and can be counted in nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final String server;
  private final Mono<Integer> shutdown;
  private final Duration timeout;
  private final IntConsumer onShutdown;

  ExitHook(String server, Mono<Integer> shutdown, Duration timeout, IntConsumer onShutdown) {
    super("zloop-exit, " + server);
    this.server = server;
    this.shutdown = shutdown;
    this.timeout = timeout;
    this.onShutdown = onShutdown;
  }

  /**
   * Adds one.
   *
   * @param shutdown tells how many connections had to be closed
   * @param grace of the shutdown
   * @param closeTimeout what it may take after that
   * @param gone completes when there is nothing left to shut down: the hook is removed
   * @param onShutdown told the same as the shutdown, before the JVM ends
   * @throws IllegalStateException if the JVM exits already
   */
  static ExitHook add(
      String server,
      Mono<Integer> shutdown,
      Duration grace,
      Duration closeTimeout,
      Mono<Void> gone,
      IntConsumer onShutdown) {
    Duration timeout = bounded(grace).plus(bounded(closeTimeout)).plus(PATIENCE);
    ExitHook hook = new ExitHook(server, shutdown, timeout, onShutdown);
    Runtime.getRuntime().addShutdownHook(hook);
    gone.subscribe(null, null, hook::remove);
    return hook;
  }

  private static Duration bounded(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
  }

  private void remove() {
    try {
      Runtime.getRuntime().removeShutdownHook(this);
    } catch (IllegalStateException exiting) {
      // it runs, or has run
    }
  }

  @Override
  public void run() {
    try {
      onShutdown.accept(shutdown.toFuture().get(timeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException blocked) {
      LOG.warn(
          "{} was not shut down within {}: a loop is blocked; not waited for", server, timeout);
    } catch (ExecutionException | InterruptedException failed) {
      LOG.warn("{} was not shut down before the JVM exits", server, failed);
    }
  }
}
