package dev.zloop.examples;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.net.UnixDomainSocketAddress;

/**
 * Sends back what it gets, on a Unix socket: {@code UnixEcho PATH}. Try it with {@code nc -U PATH}.
 */
public final class UnixEcho {

  private UnixEcho() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    String path = new Arguments("UnixEcho PATH", args, 1).text(0);
    DisposableServer server =
        TcpServer.create()
            .bindAddress(() -> UnixDomainSocketAddress.of(path))
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    System.out.println("echoing on " + server.address());
    server.onDispose().block();
  }
}
