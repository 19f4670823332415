package dev.zloop.reactor.tcp;

/** Something that is being sent on a {@link TcpConnection}. Told on the loop. */
interface Sending {

  /** The write queue has room. */
  void requestMore();

  /** The kernel has taken more. Completes if that is all. */
  void completeIfSent();

  /** The connection has ended before this could. */
  void fail(Throwable cause);
}
