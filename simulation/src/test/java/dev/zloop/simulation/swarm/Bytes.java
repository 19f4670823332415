package dev.zloop.simulation.swarm;

import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.simulation.kernel.Dice;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is sent: for each stream, by its number, bytes that follow from their position, so that any
 * piece of it can be checked, and no other piece passes for it.
 */
final class Bytes {
  /** The most that is filled or checked at a time. */
  static final int LENGTH_MAX = 128 << 10;

  /** A prime: positions that programs confuse are not apart by multiples of it. */
  private static final int PERIOD = 65_521;

  private static final byte[] ARRAY = new byte[PERIOD + LENGTH_MAX];
  private static final ByteBuffer TABLE = ByteBuffer.allocateDirect(ARRAY.length);
  private static final long ADDRESS = Memory.addressOf(TABLE);

  static {
    Dice dice = new Dice(4711);
    for (int i = 0; i < ARRAY.length; i++) {
      ARRAY[i] = i < PERIOD ? (byte) dice.next() : ARRAY[i - PERIOD];
    }
    TABLE.put(0, ARRAY);
  }

  private Bytes() {}

  private static int index(int stream, long position) {
    return (int) ((stream * 40_503L + position) % PERIOD);
  }

  static void fill(long address, int stream, long position, int length) {
    Memory.copy(ADDRESS + index(stream, position), address, length);
  }

  static void fill(byte[] into, int stream, long position, int length) {
    System.arraycopy(ARRAY, index(stream, position), into, 0, length);
  }

  static boolean match(ByteBuffer bytes, int offset, int stream, long position, int length) {
    return bytes.slice(offset, length).mismatch(TABLE.slice(index(stream, position), length)) < 0;
  }

  static boolean match(byte[] bytes, int stream, long position, int length) {
    int from = index(stream, position);
    return Arrays.equals(bytes, 0, length, ARRAY, from, from + length);
  }
}
