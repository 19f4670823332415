package dev.zloop.benchmarks;

import io.netty.handler.ssl.SslContext;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/**
 * Reactor Netty's echo server: {@code ReactorNettyEcho PORT [LOOPS [ENGINE]]}, over TLS with an
 * engine. It prefers io_uring, if that is on the class path, to epoll. Flushes are grouped, which
 * is up to 10% less than its default.
 */
public final class ReactorNettyEcho {

  private ReactorNettyEcho() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int loops = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    TcpServer plain =
        TcpServer.create()
            .host("127.0.0.1")
            .port(Integer.parseInt(args[0]))
            .runOn(LoopResources.create("echo", loops, loops, true, false))
            .handle((in, out) -> out.send(in.receive().retain(), bytes -> true));
    SslContext tls = args.length > 2 ? Tls.server(args[2]) : null;
    DisposableServer server =
        (tls == null ? plain : plain.secure(spec -> spec.sslContext(tls))).bindNow();
    System.out.println("echoing on " + server.address());
    server.onDispose().block();
  }
}
