package dev.zloop.nativereactor.sys;

/** struct iovec, and arrays of it: where bytes are, and how many. */
public final class IoVec {
  /** Bytes of one, and the distance between two in an array. */
  public static final int SIZE = 16;

  /** IOV_MAX: how many of them one call takes. */
  public static final int COUNT_MAX = 1024;

  static final int BASE = 0;
  static final int LENGTH = 8;

  private IoVec() {}

  /**
   * Sets an element.
   *
   * @param array address of the first element
   * @param index of the element
   * @param base address of the bytes
   * @param length how many
   */
  public static void set(long array, int index, long base, long length) {
    long element = array + (long) index * SIZE;
    Memory.putLong(element + BASE, base);
    Memory.putLong(element + LENGTH, length);
  }

  /**
   * Where an element's bytes are.
   *
   * @param array address of the first element
   * @param index of the element
   * @return the address
   */
  public static long base(long array, int index) {
    return Memory.getLong(array + (long) index * SIZE + BASE);
  }

  /**
   * How many bytes an element has.
   *
   * @param array address of the first element
   * @param index of the element
   * @return the number
   */
  public static long length(long array, int index) {
    return Memory.getLong(array + (long) index * SIZE + LENGTH);
  }
}
