package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** Sends back what it gets. */
public final class Echo implements Ported {
  private final DisposableServer server;

  public Echo(LoopResources loops) {
    server =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
