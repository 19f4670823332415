package dev.zloop.benchmarks;

import dev.zloop.core.ZLoopGroup;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;

/**
 * The echo server that a user of zloop would write: {@code AdapterEcho PORT [LOOPS [ENGINE]]}, over
 * TLS with an engine.
 */
public final class AdapterEcho {

  private AdapterEcho() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int size = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    ZLoopGroup loops =
        ZLoopGroup.builder().size(size).threadFactory(ZLoopThreads.factory()).build().start();
    TcpServer plain =
        TcpServer.create()
            .host("127.0.0.1")
            .port(Integer.parseInt(args[0]))
            .runOn(loops)
            .handle((in, out) -> out.send(in.receive().retain()));
    DisposableServer server =
        (args.length > 2 ? plain.secure(Tls.server(args[2])) : plain).bindNow();
    System.out.println("echoing on " + server.address());
    server.onDispose().block();
  }
}
