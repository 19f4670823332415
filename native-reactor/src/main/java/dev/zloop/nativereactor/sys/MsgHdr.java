package dev.zloop.nativereactor.sys;

/**
 * struct msghdr: what sendmsg(2) and recvmsg(2) move. Zeroed memory is an empty one.
 *
 * <p>Linux has two lengths of eight bytes where the BSDs have four, and padding behind the first of
 * them, so that it can be set as eight bytes everywhere: all platforms are little-endian.
 */
public final class MsgHdr {
  /** Bytes of one. */
  public static final int SIZE = Platform.number(56, 48, 48);

  static final int NAME = 0;
  static final int NAME_LENGTH = 8;
  static final int IOV = 16;
  static final int IOV_LENGTH = 24;
  static final int CONTROL = 32;
  static final int CONTROL_LENGTH = 40;
  static final int FLAGS = Platform.number(48, 44, 44);

  private MsgHdr() {}

  /**
   * Makes it an empty one.
   *
   * @param address of the struct
   */
  public static void clear(long address) {
    for (int offset = 0; offset < SIZE; offset += Long.BYTES) {
      Memory.putLong(address + offset, 0);
    }
  }

  /**
   * Sets the address sent to, or where the one received from is written; a connected stream has
   * none.
   *
   * @param address of the struct
   * @param name address of a sockaddr, or 0
   * @param length its length in bytes
   */
  public static void setName(long address, long name, int length) {
    Memory.putLong(address + NAME, name);
    Memory.putInt(address + NAME_LENGTH, length);
  }

  /**
   * The length of the address received from, as the kernel reported it.
   *
   * @param address of the struct
   * @return bytes; 0 if there is none
   */
  public static int nameLength(long address) {
    return Memory.getInt(address + NAME_LENGTH);
  }

  /**
   * What the kernel said of the message that it received: MSG_TRUNC, and others.
   *
   * @param address of the struct
   * @return MSG_*
   */
  public static int flags(long address) {
    return Memory.getInt(address + FLAGS);
  }

  /**
   * Sets the buffers.
   *
   * @param address of the struct
   * @param array address of {@link IoVec}s
   * @param count how many, up to {@link IoVec#COUNT_MAX}
   */
  public static void setIoVecs(long address, long array, int count) {
    Memory.putLong(address + IOV, array);
    Memory.putLong(address + IOV_LENGTH, count);
  }

  /**
   * Where the buffers are.
   *
   * @param address of the struct
   * @return address of {@link IoVec}s
   */
  public static long ioVecs(long address) {
    return Memory.getLong(address + IOV);
  }

  /**
   * How many buffers there are.
   *
   * @param address of the struct
   * @return the number
   */
  public static int ioVecCount(long address) {
    return (int) Memory.getLong(address + IOV_LENGTH);
  }
}
