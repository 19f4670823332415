package dev.zloop.benchmarks;

import dev.zloop.core.ZLoopGroup;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;

/** The echo server that a user of zloop would write: {@code AdapterEcho PORT [LOOPS]}. */
public final class AdapterEcho {

  private AdapterEcho() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int size = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    ZLoopGroup loops =
        ZLoopGroup.builder().size(size).threadFactory(ZLoopThreads.factory()).build().start();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(Integer.parseInt(args[0]))
            .runOn(loops)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    System.out.println("echoing on " + server.address());
    server.onDispose().block();
  }
}
