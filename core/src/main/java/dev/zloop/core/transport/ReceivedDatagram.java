package dev.zloop.core.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A datagram where the kernel put it: a view, valid until the method that it is told to returns.
 */
public interface ReceivedDatagram {

  /** Its bytes, from position 0 to the limit; none, if it is empty. To be copied from. */
  ByteBuffer bytes();

  /** Whether it was longer than what the socket was opened for, and its end is lost. */
  boolean isTruncated();

  /** Who sent it. An IPv4 sender is one on an IPv6 socket, too. */
  InetSocketAddress sender();
}
