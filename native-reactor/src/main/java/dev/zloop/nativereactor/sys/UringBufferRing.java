package dev.zloop.nativereactor.sys;

/**
 * struct io_uring_buf_ring: buffers for the kernel to receive into. It is an array of struct
 * io_uring_buf, and its tail, two bytes, lies in a part of the first one that is otherwise not
 * used. With it struct io_uring_buf_reg, which registers it.
 */
public final class UringBufferRing {
  /** Bytes of an entry, and the distance between two. */
  public static final int ENTRY_SIZE = 16;

  static final int ENTRY_ADDRESS = 0;
  static final int ENTRY_LENGTH = 8;
  static final int ENTRY_ID = 12;
  static final int TAIL = 14;

  /** Bytes of a registration. */
  public static final int REGISTRATION_SIZE = 40;

  static final int REGISTRATION_ADDRESS = 0;
  static final int REGISTRATION_ENTRIES = 8;
  static final int REGISTRATION_GROUP = 12;
  static final int REGISTRATION_FLAGS = 14;

  private UringBufferRing() {}

  /**
   * Sets an entry, and leaves the tail alone.
   *
   * @param entry address of the entry
   * @param id of the buffer, unsigned 16 bits
   * @param address of its bytes
   * @param length how many
   */
  public static void setEntry(long entry, int id, long address, int length) {
    Memory.putLong(entry + ENTRY_ADDRESS, address);
    Memory.putInt(entry + ENTRY_LENGTH, length);
    Memory.putShort(entry + ENTRY_ID, (short) id);
  }

  /**
   * Gives the kernel the entries up to a tail. Release: who sees the new tail, which the kernel
   * loads with acquire, sees the entries before it as they are now.
   *
   * @param ring address of the ring
   * @param tail counts all entries ever given, modulo 2^16
   */
  public static void publishTail(long ring, int tail) {
    Memory.putShortRelease(ring + TAIL, (short) tail);
  }

  /**
   * Fills in a registration whose memory is zeroed.
   *
   * @param registration address of the struct
   * @param ring address of the ring, at the beginning of a page
   * @param entries a power of two
   * @param group of the buffers
   * @param flags IOU_PBUF_RING_*
   */
  public static void setRegistration(
      long registration, long ring, int entries, int group, int flags) {
    Memory.putLong(registration + REGISTRATION_ADDRESS, ring);
    Memory.putInt(registration + REGISTRATION_ENTRIES, entries);
    Memory.putShort(registration + REGISTRATION_GROUP, (short) group);
    Memory.putShort(registration + REGISTRATION_FLAGS, (short) flags);
  }
}
