package dev.zloop.core.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The other end of a connection: an ordinary channel of the JDK that never blocks. */
final class Peer implements AutoCloseable {
  final SocketChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);

  /** How many bytes of the pattern were received, and sent. */
  long received;

  long sent;
  boolean ended;

  /** What ended the input instead of an end. */
  IOException failure;

  /**
   * Connects.
   *
   * @param bufferBytes the size of the kernel's buffers, or 0 for the usual
   */
  Peer(SocketAddress address, int bufferBytes) throws IOException {
    channel =
        SocketChannel.open(
            address instanceof UnixDomainSocketAddress
                ? StandardProtocolFamily.UNIX
                : StandardProtocolFamily.INET);
    if (bufferBytes > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, bufferBytes);
    }
    channel.connect(address);
    channel.configureBlocking(false);
  }

  /** Sends the next bytes of the pattern; how many the kernel took. */
  int send(int length) {
    ByteBuffer bytes = ByteBuffer.wrap(Pattern.bytes(sent, length));
    try {
      int taken = channel.write(bytes);
      sent += taken;
      return taken;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #send}, unless the connection has gone. */
  void trySend(int length) {
    try {
      send(length);
    } catch (UncheckedIOException gone) {
      failure = gone.getCause();
    }
  }

  /** Sends until the kernel takes no more; how many it took. */
  long sendUntilFull() {
    long total = 0;
    for (int taken; (taken = send(64 << 10)) > 0; ) {
      total += taken;
    }
    return total;
  }

  /** Receives and checks at most so much of what is there; how much it was. */
  int receive(int lengthMax) {
    if (ended || failure != null) {
      return 0;
    }
    buffer.clear().limit(Math.min(lengthMax, buffer.capacity()));
    int length;
    try {
      length = channel.read(buffer);
    } catch (IOException e) {
      failure = e;
      return 0;
    }
    if (length < 0) {
      ended = true;
      return 0;
    }
    Pattern.check(buffer, 0, length, received);
    received += length;
    return length;
  }

  void receiveAll() {
    while (receive(Integer.MAX_VALUE) > 0) {}
  }

  /** Whether it saw the end or a reset, after receiving all that is there. */
  boolean sawEnd() {
    receiveAll();
    return ended || failure != null;
  }

  void shutdownOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes with a reset. */
  void reset() {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
