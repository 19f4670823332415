package dev.zloop.core.loop;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** The thread of {@link Watchdog#SHARED}: there while there is a loop to look at. */
final class WatchdogThread {
  private static final String NAME = "zloop-watchdog";

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

  private static void run() {
    do {
      for (long nanos = Watchdog.SHARED.tick(); nanos >= 0; nanos = Watchdog.SHARED.tick()) {
        LockSupport.parkNanos(Watchdog.SHARED, nanos);
      }
      RUNNING.set(null);
      // Who adds a loop does so first and looks at RUNNING second, here it is the other way round.
    } while (!Watchdog.SHARED.isIdle() && RUNNING.compareAndSet(null, Thread.currentThread()));
  }
}
