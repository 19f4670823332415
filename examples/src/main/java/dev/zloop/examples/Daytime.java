package dev.zloop.examples;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import reactor.core.publisher.Mono;

/** Says what time it is, and hangs up (RFC 867): {@code Daytime [PORT]}, 7000 by default. */
public final class Daytime {

  private Daytime() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("Daytime [PORT]", args, 1).port();
    Mono<String> now =
        Mono.fromSupplier(
            () -> ZonedDateTime.now().format(DateTimeFormatter.RFC_1123_DATE_TIME) + "\r\n");
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(port)
            .handle((in, out) -> out.sendString(now))
            .bindNow();
    System.out.println("telling the time on " + server.host() + ":" + server.port());
    server.onDispose().block();
  }
}
