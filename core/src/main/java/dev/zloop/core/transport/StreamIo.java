package dev.zloop.core.transport;

/** One stream socket at the seam: requests go down here, completions come up by StreamEvents. */
public interface StreamIo {

  /** Bytes that one connection may bring up in a turn before the others have theirs. */
  int RECEIVE_BYTES_PER_TURN_MAX = 256 << 10;

  /** Bytes that may still arrive after {@link #stopReceiving}, at the most. */
  int OVERSHOOT_BYTES_MAX = 256 << 10;

  /** From here on, tells another. Only within {@link StreamEvents#onConnected}. */
  void handOver(StreamEvents next);

  /** The descriptor, for options and messages; not to close. */
  int fd();

  /** Asks for what arrives, until further notice. */
  void startReceiving();

  /**
   * Asks for no more. At most {@link #OVERSHOOT_BYTES_MAX} may still come up, whatever the backend.
   * The peer's going is noticed nevertheless.
   */
  void stopReceiving();

  /**
   * Sends from the front of a queue that is not empty; one send at a time. Until the send is
   * complete, nothing is removed from the queue. It may be added to: a send that has not reached
   * the kernel yet takes what was added along. Of a file in front a bounded part is sent by itself,
   * within this call or when the socket takes bytes again; -EIO tells that it could not be read, or
   * ended too soon.
   *
   * @return bytes that the kernel took, 1 or more; {@link SocketIo#IN_FLIGHT} when {@link
   *     StreamEvents#onSent} will tell; or -errno
   */
  int send(WriteQueue queue);

  /**
   * Ends the output: the peer reads to its end. Only when no send is in flight.
   *
   * @return 0 or -errno
   */
  int shutdownOutput();

  /** What of this is with the kernel, for a person: "in flight: receive". Empty for nothing. */
  default String inFlight() {
    return "";
  }

  /**
   * Stops all, waits for what is in flight, closes the descriptor, and then tells {@link
   * StreamEvents#onClosed}, in a later turn; nothing else is told after this call, so that the
   * memory of a send in flight is free again with onClosed. Idempotent.
   *
   * @param reset whether the peer is to see a reset (RST) rather than an end (FIN)
   */
  void close(boolean reset);
}
