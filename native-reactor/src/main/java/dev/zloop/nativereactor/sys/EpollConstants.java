package dev.zloop.nativereactor.sys;

/**
 * The numbers of epoll(7) and eventfd(2), which exist on Linux only: the same on both processors,
 * and therefore plain constants.
 */
public final class EpollConstants {

  /** Close-on-exec from birth. */
  public static final int EPOLL_CLOEXEC = 0x80000;

  /** Register. */
  public static final int EPOLL_CTL_ADD = 1;

  /** Deregister. */
  public static final int EPOLL_CTL_DEL = 2;

  /** Change, and tell again what is ready. */
  public static final int EPOLL_CTL_MOD = 3;

  /** Readable. */
  public static final int EPOLLIN = 1;

  /** Urgent data. */
  public static final int EPOLLPRI = 2;

  /** Writable. */
  public static final int EPOLLOUT = 4;

  /** An error is pending; always told. */
  public static final int EPOLLERR = 8;

  /** Both directions are shut down; always told. */
  public static final int EPOLLHUP = 0x10;

  /** The peer has shut down its writing side. */
  public static final int EPOLLRDHUP = 0x2000;

  /** Edge-triggered. */
  public static final int EPOLLET = 1 << 31;

  /** Close-on-exec from birth. */
  public static final int EFD_CLOEXEC = 0x80000;

  /** Non-blocking from birth. */
  public static final int EFD_NONBLOCK = 0x800;

  private EpollConstants() {}
}
