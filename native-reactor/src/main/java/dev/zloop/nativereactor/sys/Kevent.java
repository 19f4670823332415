package dev.zloop.nativereactor.sys;

/** struct kevent: a change to a kqueue, or an event of one. */
public final class Kevent {
  /** Bytes of one, and the distance between two in an array; FreeBSD's ends with extensions. */
  public static final int SIZE = Platform.number(32, 32, 64);

  static final int IDENT = 0;
  static final int FILTER = 8;
  static final int FLAGS = 10;
  static final int FFLAGS = 12;
  static final int DATA = 16;
  static final int UDATA = 24;

  private Kevent() {}

  /**
   * Sets a change, its data and extensions being zero.
   *
   * @param address of the struct
   * @param ident what the filter is about: a descriptor, or any number
   * @param filter EVFILT_*
   * @param flags EV_*
   * @param fflags the filter's own flags
   * @param udata told with each event
   */
  public static void set(long address, long ident, int filter, int flags, int fflags, long udata) {
    Memory.zero(address, SIZE);
    Memory.putLong(address + IDENT, ident);
    Memory.putShort(address + FILTER, (short) filter);
    Memory.putShort(address + FLAGS, (short) flags);
    Memory.putInt(address + FFLAGS, fflags);
    Memory.putLong(address + UDATA, udata);
  }

  /** What the filter is about. */
  public static long ident(long address) {
    return Memory.getLong(address + IDENT);
  }

  /** EVFILT_*. */
  public static int filter(long address) {
    return Memory.getShort(address + FILTER);
  }

  /** EV_*. */
  public static int flags(long address) {
    return Memory.getShort(address + FLAGS) & 0xFFFF;
  }

  /** The filter's own flags; the socket's error beside EV_EOF. */
  public static int fflags(long address) {
    return Memory.getInt(address + FFLAGS);
  }

  /** The filter's own number; an errno beside EV_ERROR. */
  public static long data(long address) {
    return Memory.getLong(address + DATA);
  }

  /** Sets the filter's own number. */
  public static void setData(long address, long data) {
    Memory.putLong(address + DATA, data);
  }

  /** What was registered. */
  public static long udata(long address) {
    return Memory.getLong(address + UDATA);
  }
}
