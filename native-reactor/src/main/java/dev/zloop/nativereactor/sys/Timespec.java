package dev.zloop.nativereactor.sys;

/** struct timespec, as 64-bit kernels have it: seconds and nanoseconds, both long. */
public final class Timespec {
  /** Bytes of one. */
  public static final int SIZE = 16;

  static final int SEC = 0;
  static final int NSEC = 8;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private Timespec() {}

  /**
   * Sets a span of time.
   *
   * @param address of the struct
   * @param nanos not negative
   */
  public static void set(long address, long nanos) {
    Memory.putLong(address + SEC, nanos / NANOS_PER_SECOND);
    Memory.putLong(address + NSEC, nanos % NANOS_PER_SECOND);
  }
}
