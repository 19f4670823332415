package dev.zloop.nativereactor.sys;

/**
 * struct mmsghdr, and arrays of it: a {@link MsgHdr} at its beginning, and how many bytes of it
 * were moved. What recvmmsg(2) and sendmmsg(2) take.
 */
public final class MMsgHdr {
  /** Bytes of one, and the distance between two in an array. */
  public static final int SIZE = Platform.number(64, 56, 56);

  static final int LENGTH = Platform.number(56, 48, 48);

  private MMsgHdr() {}

  /**
   * The bytes that were moved.
   *
   * @param address of the struct
   * @return bytes
   */
  public static int length(long address) {
    return Memory.getInt(address + LENGTH);
  }

  /** Where there is no such system call, who replaces it says what was moved. */
  static void setLength(long address, int length) {
    Memory.putInt(address + LENGTH, length);
  }
}
