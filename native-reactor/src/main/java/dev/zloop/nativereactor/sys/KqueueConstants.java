package dev.zloop.nativereactor.sys;

/**
 * The numbers of kqueue(2). macOS and FreeBSD agree on all but one; libkqueue, which brings kqueue
 * to Linux, has FreeBSD's.
 */
public final class KqueueConstants {

  // Filters.

  /** A descriptor is readable, a listener has connections, or an end is in sight. */
  public static final int EVFILT_READ = Platform.number(-1);

  /** A descriptor is writable, or will never be again. */
  public static final int EVFILT_WRITE = Platform.number(-2);

  /** An event that a program triggers. */
  public static final int EVFILT_USER = Platform.number(-11, -10, -11);

  // Flags: what to do.

  /** Add a filter, or change it. */
  public static final int EV_ADD = Platform.number(0x0001);

  /** Remove a filter. */
  public static final int EV_DELETE = Platform.number(0x0002);

  /** Edge-triggered: what was told is told again only when it arises anew. */
  public static final int EV_CLEAR = Platform.number(0x0020);

  /** Answer the change with an event that says how it went. */
  public static final int EV_RECEIPT = Platform.number(0x0040);

  // Flags: what has happened.

  /** The event answers a change: its data is an errno, or 0. */
  public static final int EV_ERROR = Platform.number(0x4000);

  /** An end: of what comes, for a reader; of what is taken, for a writer. fflags may say why. */
  public static final int EV_EOF = Platform.number(0x8000);

  // fflags of EVFILT_USER.

  /** Trigger it. */
  public static final int NOTE_TRIGGER = Platform.number(0x01000000);

  private KqueueConstants() {}
}
