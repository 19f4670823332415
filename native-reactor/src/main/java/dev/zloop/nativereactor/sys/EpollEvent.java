package dev.zloop.nativereactor.sys;

/** struct epoll_event: a set of events, and the number that was registered with them. */
public final class EpollEvent {
  /** Bytes of one: 12 on x86-64, where it is packed, 16 elsewhere. */
  public static final int SIZE = Platform.current().epollEventSize();

  static final int EVENTS = 0;
  static final int DATA = Platform.current().epollEventDataOffset();

  private EpollEvent() {}

  /**
   * Sets both fields.
   *
   * @param address of the struct
   * @param events EPOLL* bits
   * @param data the token
   */
  public static void set(long address, int events, long data) {
    Memory.putInt(address + EVENTS, events);
    Memory.putLong(address + DATA, data);
  }

  /**
   * The events that happened.
   *
   * @param address of the struct
   * @return EPOLL* bits
   */
  public static int events(long address) {
    return Memory.getInt(address + EVENTS);
  }

  /**
   * The token.
   *
   * @param address of the struct
   * @return what was registered
   */
  public static long data(long address) {
    return Memory.getLong(address + DATA);
  }
}
