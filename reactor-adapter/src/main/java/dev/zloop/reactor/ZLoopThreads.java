package dev.zloop.reactor;

import dev.zloop.core.loop.LoopThread;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import reactor.core.scheduler.NonBlocking;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * The threads that a loop should run on where Reactor and Netty's buffers are at work. The core
 * knows neither of them and takes such threads from a factory:
 *
 * <pre>{@code
 * ZLoop loop = ZLoop.builder().threadFactory(ZLoopThreads.factory()).build().start();
 * }</pre>
 */
public final class ZLoopThreads {
  private static final Logger LOG = Loggers.getLogger(ZLoopThreads.class);

  /** Never started. Shows whether Reactor knows of the core's own threads. */
  private static final Thread OF_THE_CORE = LoopThread.FACTORY.newThread(() -> {});

  private ZLoopThreads() {}

  /**
   * Makes daemon threads on which Reactor refuses to block and Netty's thread locals, and with them
   * its buffer pools, are fast. A loop names its thread after itself.
   *
   * <p>What no callback handled is logged, as on the threads of Reactor's own schedulers.
   */
  public static ThreadFactory factory() {
    return LoopAndNettyThread::new;
  }

  /**
   * Makes Reactor count the threads of loops that were given no thread factory as non-blocking:
   * {@code block()} fails there as it does on any of Reactor's own. Every scheduler of {@link
   * Schedulers} does this by itself. Idempotent.
   */
  public static synchronized void declareNonBlocking() {
    // Asked for, not remembered: users reset the predicates, tests above all.
    if (!reactor.core.scheduler.Schedulers.isNonBlockingThread(OF_THE_CORE)) {
      reactor.core.scheduler.Schedulers.registerNonBlockingThreadPredicate(
          LoopThread.class::isInstance);
    }
  }

  /** Netty cleans up its thread locals when the task ends, since it is given to the constructor. */
  private static final class LoopAndNettyThread extends FastThreadLocalThread
      implements NonBlocking {

    LoopAndNettyThread(Runnable loop) {
      super(loop);
      setDaemon(true);
      setUncaughtExceptionHandler((thread, error) ->
          LOG.error("Uncaught exception on loop thread " + thread.getName(), error));
    }
  }
}
