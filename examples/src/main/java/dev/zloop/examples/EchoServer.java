package dev.zloop.examples;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;

/** Sends back what it gets, on one loop: {@code EchoServer [PORT]}, 7000 by default. */
public final class EchoServer {

  private EchoServer() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("EchoServer [PORT]", args, 1).port();
    ZLoop loop = ZLoop.builder().name("echo").threadFactory(ZLoopThreads.factory()).build();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(port)
            .runOn(loop.start())
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    System.out.println("echoing on " + server.host() + ":" + server.port());
    server.onDispose().block();
  }
}
