package dev.zloop.examples;

import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Inbound;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import reactor.core.publisher.Mono;

/**
 * Stands between its clients and another server: {@code Proxy PORT HOST HOST_PORT}.
 *
 * <p>Whoever reads slowly is written to slowly, on both sides: what is not asked for is not read.
 * And either side may end its output first; the other one learns of that, and may go on.
 */
public final class Proxy {

  private Proxy() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    Arguments arguments = new Arguments("Proxy PORT HOST HOST_PORT", args, 3);
    TcpClient origin =
        TcpClient.create().host(arguments.text(1)).port(arguments.number(2, 1, 1, 65535));
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(arguments.port())
            .handle((in, out) -> origin.connect().flatMap(upstream -> join(in, out, upstream)))
            .bindNow();
    System.out.println("forwarding from " + server.host() + ":" + server.port());
    server.onDispose().block();
  }

  /** Both ways, each to its end; what fails in one of them ends the other. */
  private static Mono<Void> join(Inbound in, Outbound out, Connection upstream) {
    Mono<Void> there = upstream.outbound().send(in.receive().retain()).shutdownOutput().then();
    Mono<Void> back = out.send(upstream.inbound().receive().retain()).shutdownOutput().then();
    return Mono.when(there, back).doFinally(end -> upstream.dispose());
  }
}
