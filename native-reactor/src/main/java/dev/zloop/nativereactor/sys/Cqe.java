package dev.zloop.nativereactor.sys;

/** struct io_uring_cqe: what an operation came to. */
public final class Cqe {
  /** Bytes of one, and the distance between two in the queue. */
  public static final int SIZE = 16;

  static final int USER_DATA = 0;
  static final int RESULT = 8;
  static final int FLAGS = 12;

  private Cqe() {}

  /** The operation's user data. */
  public static long userData(long cqe) {
    return Memory.getLong(cqe + USER_DATA);
  }

  /** What the system call would have returned, or -errno. */
  public static int result(long cqe) {
    return Memory.getInt(cqe + RESULT);
  }

  /** IORING_CQE_F_* flags, and a buffer's id above IORING_CQE_BUFFER_SHIFT. */
  public static int flags(long cqe) {
    return Memory.getInt(cqe + FLAGS);
  }
}
