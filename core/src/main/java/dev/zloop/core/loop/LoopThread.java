package dev.zloop.core.loop;

import java.util.concurrent.ThreadFactory;

/** The thread of a loop that was given no thread factory. */
public final class LoopThread extends Thread {

  /** Daemon threads: a forgotten loop does not keep the JVM alive. */
  public static final ThreadFactory FACTORY = LoopThread::new;

  private LoopThread(Runnable task) {
    super(task);
    setDaemon(true);
  }
}
