package dev.zloop.examples;

import dev.zloop.reactor.udp.UdpConnection;
import dev.zloop.reactor.udp.UdpServer;

/**
 * Sends each datagram back to whom it came from: {@code UdpEcho [PORT]}, 7000 by default. Try it
 * with {@code nc -u 127.0.0.1 7000}.
 */
public final class UdpEcho {

  private UdpEcho() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("UdpEcho [PORT]", args, 1).port();
    UdpConnection server =
        UdpServer.create()
            .host("127.0.0.1")
            .port(port)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    System.out.println("echoing datagrams on 127.0.0.1:" + server.port());
    server.onDispose().block();
  }
}
