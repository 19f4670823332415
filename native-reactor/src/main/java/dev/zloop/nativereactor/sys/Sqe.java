package dev.zloop.nativereactor.sys;

/** struct io_uring_sqe: an operation. What its fields mean depends on which it is. */
public final class Sqe {
  /** Bytes of one, and the distance between two in the queue. */
  public static final int SIZE = 64;

  static final int OPERATION = 0;
  static final int FLAGS = 1;
  static final int PRIORITY = 2;
  static final int FD = 4;
  static final int OFFSET = 8;
  static final int ADDRESS = 16;
  static final int LENGTH = 24;
  static final int OPERATION_FLAGS = 28;
  static final int USER_DATA = 32;
  static final int BUFFER_GROUP = 40;
  static final int TOTAL_LENGTH = 44;

  /** What no operation here has a use for: 16 bytes. */
  static final int REST = 48;

  private Sqe() {}

  /**
   * Writes all 64 bytes, for who had the entry before left his there: what is not given is 0.
   *
   * @param sqe address of the struct
   * @param operation IORING_OP_*
   * @param fd the descriptor concerned, or -1
   * @param address of whatever the operation reads
   * @param length of that
   * @param operationFlags MSG_*, SOCK_*, POLL*, ..
   * @param userData comes back with each completion
   */
  public static void set(
      long sqe,
      int operation,
      int fd,
      long address,
      int length,
      int operationFlags,
      long userData) {
    Memory.putInt(sqe + OPERATION, operation);
    Memory.putInt(sqe + FD, fd);
    Memory.putLong(sqe + OFFSET, 0);
    Memory.putLong(sqe + ADDRESS, address);
    Memory.putInt(sqe + LENGTH, length);
    Memory.putInt(sqe + OPERATION_FLAGS, operationFlags);
    Memory.putLong(sqe + USER_DATA, userData);
    Memory.putLong(sqe + BUFFER_GROUP, 0);
    Memory.putLong(sqe + REST, 0);
    Memory.putLong(sqe + REST + 8, 0);
  }

  /** IORING_OP_*. */
  public static int operation(long sqe) {
    return Memory.getByte(sqe + OPERATION) & 0xff;
  }

  /** The offset. */
  public static long offset(long sqe) {
    return Memory.getLong(sqe + OFFSET);
  }

  /** The address of whatever the operation reads. */
  public static long address(long sqe) {
    return Memory.getLong(sqe + ADDRESS);
  }

  /** The user data. */
  public static long userData(long sqe) {
    return Memory.getLong(sqe + USER_DATA);
  }

  /** Sets the address of whatever the operation reads. */
  public static void setAddress(long sqe, long address) {
    Memory.putLong(sqe + ADDRESS, address);
  }

  /** Sets IOSQE_* flags. */
  public static void setFlags(long sqe, int flags) {
    Memory.putByte(sqe + FLAGS, (byte) flags);
  }

  /** Sets IORING_RECV_* or IORING_ACCEPT_* flags, for which the priority is used. */
  public static void setPriority(long sqe, int priority) {
    Memory.putShort(sqe + PRIORITY, (short) priority);
  }

  /** Sets the offset: the length of a sockaddr, or a message's user data. */
  public static void setOffset(long sqe, long offset) {
    Memory.putLong(sqe + OFFSET, offset);
  }

  /** Sets the group that IOSQE_BUFFER_SELECT takes a buffer from. */
  public static void setBufferGroup(long sqe, int group) {
    Memory.putShort(sqe + BUFFER_GROUP, (short) group);
  }

  /** Sets how many bytes a multishot receive may take before it ends (Linux 6.17). */
  public static void setTotalLength(long sqe, int length) {
    Memory.putInt(sqe + TOTAL_LENGTH, length);
  }
}
