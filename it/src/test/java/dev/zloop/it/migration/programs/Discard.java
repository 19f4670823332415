package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import java.net.InetSocketAddress;
import java.time.Duration;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** Throws away what it gets, until the other side ends. */
public final class Discard implements Ported {
  private final DisposableServer server;

  public Discard(LoopResources loops) {
    server =
        TcpServer.create()
            .runOn(loops)
            .bindAddress(() -> new InetSocketAddress("127.0.0.1", 0))
            .handle((in, out) -> in.receive().then())
            .bindNow(Duration.ofSeconds(30));
  }

  @Override
  public int port() {
    return ((InetSocketAddress) server.address()).getPort();
  }

  @Override
  public void close() {
    server.dispose();
    server.onDispose().block(Duration.ofSeconds(30));
  }
}
