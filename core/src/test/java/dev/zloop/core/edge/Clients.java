package dev.zloop.core.edge;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections of the JDK, which wait in a listener's backlog until it accepts them. */
final class Clients implements AutoCloseable {
  private final List<SocketChannel> channels = new ArrayList<>();

  void connect(int count, SocketAddress address) throws IOException {
    for (int i = 0; i < count; i++) {
      channels.add(SocketChannel.open(address));
    }
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }
}
