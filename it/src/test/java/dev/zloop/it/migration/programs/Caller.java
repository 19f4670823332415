package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** Tells what an echo server answers to a client, in each of the ways to write one. */
public final class Caller implements Ported {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final DisposableServer origin;
  private final DisposableServer server;

  public Caller(LoopResources loops) {
    origin =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    TcpClient client = TcpClient.newConnection().runOn(loops).host("127.0.0.1").port(origin.port());
    String told = connected(client) + handled(client) + onConnected(client);
    server =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> out.sendString(Mono.just(told)))
            .bindNow();
  }

  private static String connected(TcpClient client) {
    Connection connection = client.connectNow();
    connection.outbound().sendString(Mono.just("one ")).then().subscribe();
    String answer = connection.inbound().receive().asString().blockFirst(PATIENCE);
    connection.disposeNow();
    return answer;
  }

  private static String handled(TcpClient client) {
    StringBuffer answer = new StringBuffer();
    Connection connection =
        client
            .handle((in, out) ->
                out.sendString(Mono.just("two "))
                    .then(in.receive().asString().doOnNext(answer::append).take(1).then()))
            .connectNow();
    connection.onDispose().block(PATIENCE);
    return answer.toString();
  }

  private static String onConnected(TcpClient client) {
    return client
        .doOnConnected(
            connection -> connection.outbound().sendString(Mono.just("three")).then().subscribe())
        .connect()
        .flatMap(connection ->
            connection.inbound().receive().asString().next().doFinally(end -> connection.dispose()))
        .block(PATIENCE);
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
