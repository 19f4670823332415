package dev.zloop.core.transport;

/**
 * One datagram socket at the seam: requests go down here, completions come up by {@link
 * DatagramEvents}. It is a seam of its own beside {@link StreamIo}, since nearly everything that
 * holds of a stream does not hold here: an empty datagram is no end, an error concerns one datagram
 * and not the socket, and there is no window by which a peer would feel that nobody reads.
 */
public interface DatagramIo {

  /** Datagrams that one socket may bring up, or send, in a turn before the others have theirs. */
  int DATAGRAMS_PER_TURN_MAX = 256;

  /** Datagrams that one system call receives or sends, at the most. */
  int DATAGRAMS_PER_CALL_MAX = 16;

  /** The longest that UDP can carry, in bytes, without the jumbo frames of RFC 2675. */
  int DATAGRAM_BYTES_MAX = 65_535;

  /** The descriptor, for options and messages; not to close. */
  int fd();

  /**
   * Asks for so many further datagrams, 0 or more. What was not asked for stays in the kernel, as
   * far as the socket's buffer has room.
   */
  void request(long count);

  /**
   * Takes back what was asked for and has not come: when it is called while datagrams are being
   * told, at most {@link #DATAGRAMS_PER_CALL_MAX} still are.
   */
  void stopReceiving();

  /**
   * How many datagrams the kernel has dropped, modulo 2^32: the socket's buffer was full, or their
   * checksum wrong. 0 where the kernel does not tell, which is only known of Linux. A system call.
   */
  long dropped();

  /**
   * Sends from the front of a queue that is not empty, several if they fit one system call; one
   * send at a time. Until it is complete, nothing is removed from the queue. It may be added to.
   *
   * @return datagrams that the kernel took, 1 or more; {@link SocketIo#IN_FLIGHT} when {@link
   *     DatagramEvents#onSent} will tell; or -errno of the first one, which was not sent; those
   *     behind it were not tried
   */
  int send(DatagramQueue queue);

  /**
   * Stops all, closes the descriptor, and then tells {@link DatagramEvents#onClosed}, in a later
   * turn; nothing else is told after this call, so that the memory of a send in flight is free
   * again with onClosed. Idempotent.
   */
  void close();
}
