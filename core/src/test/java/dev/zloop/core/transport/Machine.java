package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Syscalls;
import java.io.IOException;
import java.net.SocketAddress;

/** A kernel, and the rest of the world with it: real ones, or simulated. */
public interface Machine extends AutoCloseable {

  /** The system calls of this machine, for one loop. */
  Syscalls syscalls();

  /** The sockets of a loop over these system calls; they close the system calls. */
  SocketIo open(WatchedSyscalls syscalls);

  /** An address to listen on: port 0, or a path that does not exist. */
  SocketAddress freeAddress() throws IOException;

  /** Removes what an address of {@link #freeAddress} left behind. */
  void release(SocketAddress address) throws IOException;

  /**
   * Connects to a listener. The connection waits in the backlog, or is refused, by the time that
   * this returns.
   *
   * @param bufferBytes the size of the kernel's buffers on the peer's side, or 0 for the usual
   */
  Peer connect(SocketAddress address, int bufferBytes) throws IOException;

  /** Lets the rest of the world go on for a moment, while no loop waits in the kernel. */
  void pass();

  /** Whether threads other than the loop's may use the loop, as its own may. */
  boolean takesOtherThreads();

  @Override
  void close();
}
