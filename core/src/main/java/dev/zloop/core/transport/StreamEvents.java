package dev.zloop.core.transport;

/**
 * What a stream socket tells, on the loop's thread. None may block, and none may throw: that would
 * be a defect, which stops the loop. Whoever calls a user's code from here catches what it throws.
 */
public interface StreamEvents {

  /**
   * The connect that was asked for has ended.
   *
   * @param result 0 or -errno
   */
  void onConnected(int result);

  /** Bytes arrived. The receiver owns the lease and releases it once. */
  void onReceived(Lease lease);

  /** The peer has ended its output, and everything before was received. Told at most once. */
  void onEof();

  /**
   * A send that was in flight is complete.
   *
   * @param result bytes that the kernel took, 1 or more, or -errno
   */
  void onSent(int result);

  /**
   * The connection is broken: reset, timed out. Told at most once, and also when nothing is being
   * received; then bytes that arrived before may still wait in the kernel: receiving brings them
   * up, and {@link #onReceiveFailed} after the last of them.
   *
   * @param errno positive
   */
  void onBroken(int errno);

  /**
   * Receiving failed; nothing more will arrive. Told at most once, and not after {@link #onEof};
   * also after a send failed, so that a broken stream's input always ends.
   *
   * @param errno positive
   */
  void onReceiveFailed(int errno);

  /** The descriptor is closed and nothing of this stream is in flight any more. Told once. */
  void onClosed();
}
