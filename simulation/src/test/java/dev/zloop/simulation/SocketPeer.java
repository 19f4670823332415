package dev.zloop.simulation;

import dev.zloop.core.transport.Peer;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.simulation.kernel.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A peer of the contracts in the simulated network. */
final class SocketPeer extends Peer {
  private final Socket socket;
  private boolean closed;

  SocketPeer(Socket socket) {
    this.socket = socket;
  }

  @Override
  protected int write(ByteBuffer bytes) throws IOException {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    int taken = orNothing("send", socket.send(copy, 0, copy.length));
    bytes.position(bytes.position() + taken);
    return taken;
  }

  @Override
  protected int read(ByteBuffer into) throws IOException {
    byte[] copy = new byte[into.remaining()];
    int result = socket.receive(copy, 0, copy.length);
    if (result == 0 && copy.length > 0) {
      return -1;
    }
    int length = orNothing("recv", result);
    into.put(into.position(), copy, 0, length);
    into.position(into.position() + length);
    return length;
  }

  private static int orNothing(String call, int result) throws IOException {
    if (result >= 0) {
      return result;
    }
    if (result == -Errno.EAGAIN) {
      return 0;
    }
    throw new IOException(call + ": " + Errno.name(-result));
  }

  @Override
  public void shutdownOutput() {
    socket.shutdownOutput();
  }

  @Override
  public void reset() {
    if (!closed) {
      closed = true;
      socket.abort();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      socket.close();
    }
  }
}
