package dev.zloop.core.loop;

/** Where a loop reads the time; the simulated kernel has its own. */
@FunctionalInterface
public interface Clock {

  /** The clock of {@link System#nanoTime}: monotonic, in nanoseconds, from an arbitrary origin. */
  Clock SYSTEM = System::nanoTime;

  /** Nanoseconds; compare two readings by their difference only. */
  long nanoTime();
}
