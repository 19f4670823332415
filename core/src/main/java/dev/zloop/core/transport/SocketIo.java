package dev.zloop.core.transport;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.IoPort;
import dev.zloop.nativereactor.sys.Syscalls;

/**
 * The seam: sockets as everything above sees them, whichever kernel facility is below. It is shaped
 * by completion, because readiness can play completion and not the reverse:
 *
 * <ul>
 *   <li>what is received arrives as a {@link Lease}, which the receiver releases;
 *   <li>memory handed to a send stays as it is until that send's completion is told;
 *   <li>stopping, cancelling and closing are requests; their end is told later, once.
 * </ul>
 *
 * <p>Completions are told from {@link #dispatch}, never from within the request, except where a
 * request's result says that it is complete already. All of it is for the loop's thread.
 */
public interface SocketIo extends IoPort {

  /** The pieces of the memory that a loop receives into, where the kernel does not want others. */
  int CHUNK_BYTES = 256 << 10;

  /** The answer of a request whose completion will be told. No errno is this large. */
  int IN_FLIGHT = Integer.MIN_VALUE;

  /** The sockets of a loop. Every port that a loop is built with is one. */
  static SocketIo of(EventLoop loop) {
    return (SocketIo) loop.io();
  }

  /**
   * Takes a connected socket. On success the descriptor is the stream's, to close; on failure it
   * remains the caller's.
   *
   * @throws NativeIoException if the kernel cannot watch it: ENOMEM, ENOSPC
   */
  StreamIo openStream(int fd, StreamEvents events) throws NativeIoException;

  /**
   * Takes an unconnected socket and connects it; {@link StreamEvents#onConnected} tells the end,
   * always later. On success the descriptor is the stream's, to close; on failure the caller's.
   *
   * @param address the address of a {@code sockaddr}, read before this returns
   * @throws NativeIoException if the kernel cannot watch the socket: ENOMEM, ENOSPC
   */
  StreamIo connect(int fd, long address, int addressLength, StreamEvents events)
      throws NativeIoException;

  /**
   * Takes a listening socket and accepts from it at once. On success the descriptor is the
   * listener's, to close; on failure the caller's.
   *
   * @throws NativeIoException if the kernel cannot watch it: ENOMEM, ENOSPC
   */
  ListenerIo openListener(int fd, ListenerEvents events) throws NativeIoException;

  /**
   * Takes a datagram socket, bound or connected. On success the descriptor is its, to close; on
   * failure the caller's.
   *
   * @throws NativeIoException if the kernel cannot watch it: ENOMEM, ENOSPC
   */
  DatagramIo openDatagrams(int fd, DatagramSettings settings, DatagramEvents events)
      throws NativeIoException;

  /** The system calls of this loop, for what needs no waiting: options, addresses, bind, listen. */
  Syscalls syscalls();
}
