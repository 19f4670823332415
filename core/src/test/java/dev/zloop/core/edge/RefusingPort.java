package dev.zloop.core.edge;

import static java.net.StandardProtocolFamily.INET;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/** A port on which nothing listens, kept from others by a socket that is bound to it. */
final class RefusingPort implements AutoCloseable {
  private final SocketChannel bound = SocketChannel.open(INET);

  RefusingPort() throws IOException {
    bound.bind(Addresses.of("0.0.0.0", 0));
  }

  int port() throws IOException {
    return Addresses.port(bound.getLocalAddress());
  }

  InetSocketAddress address() throws IOException {
    return Addresses.of("127.0.0.1", port());
  }

  @Override
  public void close() throws IOException {
    bound.close();
  }
}
