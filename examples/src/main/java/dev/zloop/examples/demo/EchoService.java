package dev.zloop.examples.demo;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.SocketOption;
import dev.zloop.reactor.tcp.TcpServer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** The server, and the connections that it has, on one loop. */
final class EchoService {

  /** A visitor who does not hang up is not waited for. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final Scheduler scheduler;
  private final Consumer<Connection> onConnection;

  /** Belongs to the loop's thread. */
  private final Set<Connection> connections = new HashSet<>();

  private DisposableServer server;

  private EchoService(ZLoop loop, Consumer<Connection> onConnection) {
    this.scheduler = Schedulers.fromZLoop(loop);
    this.onConnection = onConnection;
  }

  /**
   * Binds, and tells the service that is up.
   *
   * @param onConnection told of each connection, on the loop
   */
  static Mono<EchoService> start(ZLoop loop, int port, Consumer<Connection> onConnection) {
    EchoService service = new EchoService(loop, onConnection);
    return TcpServer.create()
        .host("127.0.0.1")
        .port(port)
        .runOn(loop)
        .childOption(SocketOption.CLOSE_TIMEOUT, CLOSE_TIMEOUT)
        .doOnConnection(service::add)
        .handle((in, out) -> out.send(in.receive().retain()))
        .bind()
        .map(server -> {
          service.server = server;
          return service;
        });
  }

  private void add(Connection connection) {
    connections.add(connection);
    connection.onDispose(() -> connections.remove(connection));
    onConnection.accept(connection);
  }

  String host() {
    return server.host();
  }

  int port() {
    return server.port();
  }

  /** Stops accepting, closes what was accepted, and completes when all of it is closed. */
  Mono<Void> stop() {
    return Mono.fromRunnable(server::dispose)
        .then(server.onDispose())
        .thenMany(Flux.defer(() -> Flux.fromIterable(List.copyOf(connections))))
        .flatMap(connection -> {
          connection.dispose();
          return connection.onDispose();
        })
        .then()
        .subscribeOn(scheduler);
  }
}
