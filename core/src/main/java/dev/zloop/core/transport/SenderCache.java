package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketAddresses;
import java.net.InetSocketAddress;

/**
 * The addresses of senders, decoded: most datagrams come from whom others came from just before,
 * and then nothing is allocated. A table with one place for each hash; who comes last has it.
 */
final class SenderCache {
  private static final int PLACES = 256;

  /** The eight bytes of a key's words hold all 16 of a sockaddr_in, all 28 of a sockaddr_in6. */
  private static final int WORDS = 4;

  private static final int IN_BYTES = 16;

  private final long[] keys = new long[PLACES * WORDS];
  private final InetSocketAddress[] addresses = new InetSocketAddress[PLACES];

  /**
   * The address that a sockaddr says.
   *
   * @param from address of a sockaddr_in or sockaddr_in6
   * @param length in bytes, as the kernel reported it
   */
  InetSocketAddress get(long from, int length) {
    boolean longer = length > IN_BYTES;
    long first = Memory.getLong(from);
    long second = Memory.getLong(from + 8);
    long third = longer ? Memory.getLong(from + 16) : 0;
    long fourth = longer ? Memory.getInt(from + 24) : 0;
    int place = place(first ^ second ^ third ^ fourth);
    int key = place * WORDS;
    InetSocketAddress known = addresses[place];
    if (known != null
        && keys[key] == first
        && keys[key + 1] == second
        && keys[key + 2] == third
        && keys[key + 3] == fourth) {
      return known;
    }
    InetSocketAddress decoded = (InetSocketAddress) SocketAddresses.decode(from, length);
    keys[key] = first;
    keys[key + 1] = second;
    keys[key + 2] = third;
    keys[key + 3] = fourth;
    addresses[place] = decoded;
    return decoded;
  }

  private static int place(long mixed) {
    long spread = mixed * 0x9E3779B97F4A7C15L; // Fibonacci hashing: the upper bits are the best
    return (int) (spread >>> Long.SIZE - 8);
  }
}
