package dev.zloop.nativereactor.sys;

/**
 * struct io_uring_params: what io_uring_setup(2) is told, and what it tells: where in the mappings
 * things are. Zeroed memory asks for nothing in particular.
 */
public final class UringParams {
  /** Bytes of one. */
  public static final int SIZE = 120;

  static final int SQ_ENTRIES = 0;
  static final int CQ_ENTRIES = 4;
  static final int FLAGS = 8;
  static final int FEATURES = 20;
  static final int SQ_OFF = 40;
  static final int CQ_OFF = 80;

  // Fields of struct io_sqring_offsets.

  static final int SQ_HEAD = 0;
  static final int SQ_TAIL = 4;
  static final int SQ_FLAGS = 16;
  static final int SQ_ARRAY = 24;

  // Fields of struct io_cqring_offsets.

  static final int CQ_HEAD = 0;
  static final int CQ_TAIL = 4;
  static final int CQ_CQES = 20;

  private UringParams() {}

  /** Sets IORING_SETUP_* flags. */
  public static void setFlags(long address, int flags) {
    Memory.putInt(address + FLAGS, flags);
  }

  /** IORING_SETUP_* flags. */
  public static int flags(long address) {
    return Memory.getInt(address + FLAGS);
  }

  /** Sets the size of the completion queue, which counts with IORING_SETUP_CQSIZE. */
  public static void setCompletionEntries(long address, int entries) {
    Memory.putInt(address + CQ_ENTRIES, entries);
  }

  /** The size of the submission queue. */
  public static int submissionEntries(long address) {
    return Memory.getInt(address + SQ_ENTRIES);
  }

  /** The size of the completion queue. */
  public static int completionEntries(long address) {
    return Memory.getInt(address + CQ_ENTRIES);
  }

  /** IORING_FEAT_* bits. */
  public static int features(long address) {
    return Memory.getInt(address + FEATURES);
  }

  // Offsets in the mapping of IORING_OFF_SQ_RING, which are unsigned.

  /** Of the submission queue's head, an int that the kernel writes. */
  public static long submissionHead(long address) {
    return offset(address + SQ_OFF + SQ_HEAD);
  }

  /** Of the submission queue's tail, an int that we write. */
  public static long submissionTail(long address) {
    return offset(address + SQ_OFF + SQ_TAIL);
  }

  /** Of IORING_SQ_* flags, an int that the kernel writes. */
  public static long submissionFlags(long address) {
    return offset(address + SQ_OFF + SQ_FLAGS);
  }

  /** Of the array of indices, ints that we write; there is none with IORING_SETUP_NO_SQARRAY. */
  public static long submissionArray(long address) {
    return offset(address + SQ_OFF + SQ_ARRAY);
  }

  /** Of the completion queue's head, an int that we write. */
  public static long completionHead(long address) {
    return offset(address + CQ_OFF + CQ_HEAD);
  }

  /** Of the completion queue's tail, an int that the kernel writes. */
  public static long completionTail(long address) {
    return offset(address + CQ_OFF + CQ_TAIL);
  }

  /** Of the completions. */
  public static long completions(long address) {
    return offset(address + CQ_OFF + CQ_CQES);
  }

  private static long offset(long address) {
    return Integer.toUnsignedLong(Memory.getInt(address));
  }
}
