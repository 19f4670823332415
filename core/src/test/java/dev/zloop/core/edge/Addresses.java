package dev.zloop.core.edge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;

/** Addresses that tests use, none of which leaves this machine. */
final class Addresses {
  static final InetSocketAddress ANY_PORT = of("127.0.0.1", 0);

  private Addresses() {}

  static InetSocketAddress of(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  static int port(SocketAddress address) {
    return ((InetSocketAddress) address).getPort();
  }

  static boolean hasIpv6() {
    try (var channel = ServerSocketChannel.open().bind(of("::1", 0))) {
      return channel.isOpen();
    } catch (IOException e) {
      return false;
    }
  }
}
