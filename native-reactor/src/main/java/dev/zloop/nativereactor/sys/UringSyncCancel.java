package dev.zloop.nativereactor.sys;

/** struct io_uring_sync_cancel_reg: what to cancel, and how long to wait for its end. */
public final class UringSyncCancel {
  /** Bytes of one. */
  public static final int SIZE = 64;

  static final int FD = 8;
  static final int FLAGS = 12;
  static final int TIMEOUT = 16;

  private UringSyncCancel() {}

  /**
   * Fills in zeroed memory: whatever there is, with no timeout.
   *
   * @param address of the struct
   */
  public static void setAny(long address) {
    Memory.putInt(address + FD, -1);
    Memory.putInt(
        address + FLAGS,
        UringConstants.IORING_ASYNC_CANCEL_ANY | UringConstants.IORING_ASYNC_CANCEL_ALL);
    // Both fields -1: for ever.
    Memory.putLong(address + TIMEOUT + Timespec.SEC, -1);
    Memory.putLong(address + TIMEOUT + Timespec.NSEC, -1);
  }
}
