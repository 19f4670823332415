package dev.zloop.examples;

import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import reactor.core.publisher.Mono;

/** The README's program: a server that echoes, a client that says hello, and what it hears. */
public final class Hello {
  public static void main(String[] args) {
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();

    Connection client = TcpClient.create().host("127.0.0.1").port(server.port()).connectNow();
    client.outbound().sendString(Mono.just("hello")).then().subscribe();
    client.inbound().receive().asString().take(1).doOnNext(System.out::println).blockLast();

    client.disposeNow();
    server.disposeNow();
  }
}
