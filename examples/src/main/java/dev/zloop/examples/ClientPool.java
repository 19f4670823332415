package dev.zloop.examples;

import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.ConnectionPool;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A hundred questions on three connections, which take turns; and how many were made for that. */
public final class ClientPool {
  private static final int LINE_BYTES_MAX = 100;

  private ClientPool() {}

  /** Asks, prints what it took, and ends. */
  public static void main(String[] args) {
    AtomicInteger connected = new AtomicInteger();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .doOnConnection(connection -> connected.incrementAndGet())
            .handle((in, out) ->
                out.sendString(in.receive().lines(LINE_BYTES_MAX).map(ClientPool::square)))
            .bindNow();
    TcpClient client = TcpClient.create().host("127.0.0.1").port(server.port());
    ConnectionPool pool = ConnectionPool.builder(client).maxConnections(3).build();

    int sum =
        Flux.range(1, 100)
            .flatMap(number -> pool.use(connection -> ask(connection, number)))
            .reduce(0, Integer::sum)
            .block();
    System.out.println("the sum of the squares up to 100 is " + sum);
    System.out.println(connected + " connections were made");

    pool.dispose();
    server.disposeNow();
  }

  private static Mono<Integer> ask(Connection connection, int number) {
    return connection
        .outbound()
        .sendString(Mono.just(number + "\n"))
        .then()
        .then(connection.inbound().receive().lines(LINE_BYTES_MAX).next())
        .map(Integer::valueOf);
  }

  private static String square(String line) {
    int number = Integer.parseInt(line);
    return number * number + "\n";
  }
}
