package dev.zloop.nativereactor.sys;

/** The numbers of open(2) and lseek(2), under their own names, as {@link SocketConstants}. */
public final class FileConstants {

  // Flags of open(2).

  /** To read. */
  public static final int O_RDONLY = Platform.number(0);

  /** Waits for nobody who would write to a FIFO. Files are read as without it. */
  public static final int O_NONBLOCK = Platform.number(00004000, 4, 4);

  /** Close-on-exec from birth. */
  public static final int O_CLOEXEC = Platform.number(02000000, 0x1000000, 0x100000);

  // From where lseek(2) counts.

  /** The beginning. */
  public static final int SEEK_SET = Platform.number(0);

  /** The end. */
  public static final int SEEK_END = Platform.number(2);

  private FileConstants() {}
}
