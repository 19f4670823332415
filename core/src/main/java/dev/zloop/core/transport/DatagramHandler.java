package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import java.io.IOException;

/**
 * What {@link Datagrams} tell, on the loop's thread. None may block. One that throws ends its own
 * socket, and the loop's error handler is told.
 */
public interface DatagramHandler {

  /** A datagram arrived. What is kept of it is copied before this returns. */
  void onReceived(ReceivedDatagram datagram);

  /**
   * A datagram was sent, or could not be. Told once for each, in their order, possibly within
   * {@link Datagrams#send} or {@link Datagrams#flush}.
   *
   * @param owner as given to {@link Datagrams#send}: its memory is free again
   * @param failure null if the kernel took it, which is all that anybody knows
   */
  void onSent(Object owner, IOException failure);

  /** The queue was full and has room again. */
  default void onWritable() {}

  /** An earlier datagram did not arrive, as the network says. The socket goes on as before. */
  void onError(NativeIoException cause);

  /**
   * The descriptor is closed, and nothing more is told. Told once, in a turn to come after the
   * close.
   *
   * @param cause null if it was closed in order
   */
  void onClosed(IOException cause);
}
