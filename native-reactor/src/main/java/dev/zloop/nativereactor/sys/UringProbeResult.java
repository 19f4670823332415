package dev.zloop.nativereactor.sys;

/** struct io_uring_probe: which operations the kernel has. */
public final class UringProbeResult {
  /** How many operations are asked for: more than there are. */
  public static final int OPERATIONS = 256;

  /** Bytes of the header and of that many struct io_uring_probe_op. */
  public static final int SIZE = 16 + OPERATIONS * 8;

  static final int LAST_OPERATION = 0;
  static final int HEADER_SIZE = 16;
  static final int OPERATION_SIZE = 8;
  static final int OPERATION_FLAGS = 2;

  private UringProbeResult() {}

  /**
   * Whether there is an operation.
   *
   * @param address of the struct
   * @param operation IORING_OP_*
   * @return true if the kernel carries it out
   */
  public static boolean isSupported(long address, int operation) {
    long element = address + HEADER_SIZE + (long) operation * OPERATION_SIZE;
    return operation <= (Memory.getByte(address + LAST_OPERATION) & 0xff)
        && (Memory.getShort(element + OPERATION_FLAGS) & UringConstants.IO_URING_OP_SUPPORTED) != 0;
  }
}
