package dev.zloop.nativereactor.sys;

/**
 * struct io_uring_getevents_arg: how long io_uring_enter(2) waits. Zeroed memory is for ever, and
 * leaves the signals as they are.
 */
public final class UringGetEventsArg {
  /** Bytes of one. */
  public static final int SIZE = 24;

  static final int TIMESPEC = 16;

  private UringGetEventsArg() {}

  /**
   * Sets the timeout.
   *
   * @param address of the struct
   * @param timespec of a {@link Timespec}; 0: for ever
   */
  public static void setTimeout(long address, long timespec) {
    Memory.putLong(address + TIMESPEC, timespec);
  }
}
