package dev.zloop.core.transport;

/** What a datagram socket tells, on the loop's thread. None may throw: see {@link StreamEvents}. */
public interface DatagramEvents {

  /** A datagram arrived. It is the kernel's memory again once this returns. */
  void onReceived(ReceivedDatagram datagram);

  /** What arrived together has been told: a moment to send the answers together. */
  void onAllReceived();

  /**
   * A send that was in flight is complete.
   *
   * @param result as that of {@link DatagramIo#send}, but for IN_FLIGHT
   */
  void onSent(int result);

  /**
   * The network has reported that an earlier datagram did not arrive (ICMP), or the kernel has met
   * some other obstacle. The socket goes on as before.
   *
   * @param errno positive: ECONNREFUSED, EHOSTUNREACH, ..
   */
  void onError(int errno);

  /** The descriptor is closed and nothing of this socket is in flight any more. Told once. */
  void onClosed();
}
