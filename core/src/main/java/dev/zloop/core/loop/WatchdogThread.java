package dev.zloop.core.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** The thread of {@link Watchdog#SHARED}: there while there is a loop to look at. */
final class WatchdogThread {
  private static final String NAME = "zloop-watchdog";

  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final AtomicReference<Thread> RUNNING = new AtomicReference<>();

  private WatchdogThread() {}

  /** There is one more loop: looks at it soon. From any thread. */
  static void wake() {
    Thread running = RUNNING.get();
    if (running != null) {
      LockSupport.unpark(running);
      return;
    }
    Thread thread =
        Thread.ofPlatform()
            .name(NAME)
            .group(topGroup())
            .daemon()
            .inheritInheritableThreadLocals(false)
            .unstarted(WatchdogThread::run);
    thread.setContextClassLoader(null); // it must not hold on to that of the first loop's program
    if (RUNNING.compareAndSet(null, thread)) {
      try {
        thread.start();
      } catch (Throwable error) {
        RUNNING.set(null);
        throw error;
      }
    }
  }

  /** Memory may be short, for a moment. */
  private static long look() {
    try {
      return Watchdog.SHARED.tick();
    } catch (Throwable error) {
      return AGAIN_NANOS;
    }
  }

  /** Not that of the first loop's thread, which may be a program's own. */
  private static ThreadGroup topGroup() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    return group;
  }

  private static void run() {
    do {
      for (long nanos = look(); nanos >= 0; nanos = look()) {
        LockSupport.parkNanos(Watchdog.SHARED, nanos);
        Thread.interrupted(); // by a handler, or a group of threads: else parking is no pause
      }
      RUNNING.set(null);
      // Who adds a loop does so first and looks at RUNNING second, here it is the other way round.
    } while (!Watchdog.SHARED.isIdle() && RUNNING.compareAndSet(null, Thread.currentThread()));
  }
}
