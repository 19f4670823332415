package dev.zloop.core.loop;

import java.util.concurrent.ThreadFactory;

/**
 * The thread of a loop that was given no thread factory. What nobody handled there is logged: a
 * library does not print.
 */
public final class LoopThread extends Thread {

  /** Daemon threads: a forgotten loop does not keep the JVM alive. */
  public static final ThreadFactory FACTORY = LoopThread::new;

  private LoopThread(Runnable task) {
    super(task);
    setDaemon(true);
    setUncaughtExceptionHandler((thread, error) ->
        LoopLog.error("uncaught exception on loop thread " + thread.getName(), error));
  }
}
