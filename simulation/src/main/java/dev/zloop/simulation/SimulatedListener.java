package dev.zloop.simulation;

import dev.zloop.simulation.kernel.Socket;
import java.net.SocketAddress;
import java.util.Optional;

/** A server out in the simulated network, for what runs on a loop to connect to. */
public final class SimulatedListener {
  private final Socket socket;
  private boolean closed;

  SimulatedListener(Socket socket) {
    this.socket = socket;
  }

  /** Where it listens, with the port that was chosen if 0 was asked for. */
  public SocketAddress address() {
    return socket.local();
  }

  /** The connection that has waited longest, if any waits. */
  public Optional<SimulatedPeer> accept() {
    Socket connection = closed ? null : socket.accept();
    return Optional.ofNullable(connection).map(SimulatedPeer::new);
  }

  /** Stops listening; connections that wait are reset. */
  public void close() {
    if (!closed) {
      closed = true;
      socket.close();
    }
  }
}
