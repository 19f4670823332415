package dev.zloop.core.transport;

import java.net.InetSocketAddress;
import java.util.Arrays;

/** Datagrams that wait to be sent, first in, first out. */
public final class DatagramQueue {
  private long[] addresses = new long[16];
  private int[] lengths = new int[16];
  private InetSocketAddress[] recipients = new InetSocketAddress[16];
  private Object[] owners = new Object[16];
  private int head;
  private int count;
  private long bytes;

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** How many bytes they have together. */
  long bytes() {
    return bytes;
  }

  /**
   * Adds one at the end.
   *
   * @param recipient null for the peer of a connected socket
   */
  void add(long address, int length, InetSocketAddress recipient, Object owner) {
    if (count == owners.length) {
      grow();
    }
    int slot = slot(count++);
    addresses[slot] = address;
    lengths[slot] = length;
    recipients[slot] = recipient;
    owners[slot] = owner;
    bytes += length;
  }

  /** Where the bytes of the n-th are, from 0. */
  long address(int n) {
    return addresses[slot(n)];
  }

  int length(int n) {
    return lengths[slot(n)];
  }

  /** Null for the peer of a connected socket. */
  InetSocketAddress recipient(int n) {
    return recipients[slot(n)];
  }

  /** Removes the first one, and returns its owner. */
  Object remove() {
    assert count > 0;
    Object owner = owners[head];
    bytes -= lengths[head];
    owners[head] = null;
    recipients[head] = null;
    head = slot(1);
    count--;
    return owner;
  }

  private int slot(int n) {
    return head + n & owners.length - 1;
  }

  private void grow() {
    int length = owners.length;
    int wrapped = head;
    addresses = Arrays.copyOf(addresses, 2 * length);
    lengths = Arrays.copyOf(lengths, 2 * length);
    recipients = Arrays.copyOf(recipients, 2 * length);
    owners = Arrays.copyOf(owners, 2 * length);
    // What had wrapped follows the rest.
    System.arraycopy(addresses, 0, addresses, length, wrapped);
    System.arraycopy(lengths, 0, lengths, length, wrapped);
    System.arraycopy(recipients, 0, recipients, length, wrapped);
    System.arraycopy(owners, 0, owners, length, wrapped);
    Arrays.fill(recipients, 0, wrapped, null);
    Arrays.fill(owners, 0, wrapped, null);
  }
}
