package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** Stands between its clients and an echo server. */
public final class Proxy implements Ported {
  private final LoopResources loops;
  private final DisposableServer origin;
  private final DisposableServer server;

  public Proxy(LoopResources loops) {
    this.loops = loops;
    origin =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    server =
        TcpServer.create().runOn(loops).host("127.0.0.1").port(0).handle(this::forward).bindNow();
  }

  private Mono<Void> forward(NettyInbound in, NettyOutbound out) {
    return TcpClient.newConnection()
        .runOn(loops)
        .host("127.0.0.1")
        .port(origin.port())
        .connect()
        .flatMap(upstream -> join(in, out, upstream));
  }

  private static Mono<Void> join(NettyInbound in, NettyOutbound out, Connection upstream) {
    Mono<Void> there = upstream.outbound().send(in.receive().retain()).then();
    Mono<Void> back = out.send(upstream.inbound().receive().retain()).then();
    return Mono.firstWithSignal(there, back).doFinally(end -> upstream.dispose());
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.disposeNow();
    origin.disposeNow();
  }
}
