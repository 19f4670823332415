package dev.zloop.nativereactor.sys;

/** struct linger, the value of SO_LINGER. */
public final class Linger {
  /** Bytes of one. */
  public static final int SIZE = 8;

  static final int ONOFF = 0;
  static final int SECONDS = 4;

  private Linger() {}

  /**
   * Sets both fields. On with 0 seconds makes close(2) drop what is unsent and send RST.
   *
   * @param address of the struct
   * @param on whether close lingers
   * @param seconds for how long
   */
  public static void set(long address, boolean on, int seconds) {
    Memory.putInt(address + ONOFF, on ? 1 : 0);
    Memory.putInt(address + SECONDS, seconds);
  }
}
