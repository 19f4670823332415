package dev.zloop.nativereactor.sys;

/** What SO_MEMINFO reports of a socket on Linux: an array of unsigned ints. */
public final class SocketMemory {
  /** SK_MEMINFO_VARS of them. */
  public static final int SIZE = 9 * Integer.BYTES;

  static final int DROPS = 8 * Integer.BYTES;

  private SocketMemory() {}

  /**
   * How many packets for the socket the kernel has dropped, since its receive buffer was full, or
   * their checksum wrong.
   *
   * @param address of the array
   * @return the number, modulo 2^32
   */
  public static long drops(long address) {
    return Integer.toUnsignedLong(Memory.getInt(address + DROPS));
  }
}
