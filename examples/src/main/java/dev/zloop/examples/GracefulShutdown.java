package dev.zloop.examples;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.time.Duration;
import reactor.core.publisher.Flux;

/**
 * Counts to ten for each client, and goes when it is told to (Ctrl-C, or kill), but not before its
 * clients have heard the end: {@code GracefulShutdown [PORT] [GRACE_SECONDS]}, 7000 and 30 by
 * default.
 */
public final class GracefulShutdown {

  private GracefulShutdown() {}

  /** Serves until it is told to go. */
  public static void main(String[] args) {
    Arguments arguments = new Arguments("GracefulShutdown [PORT] [GRACE_SECONDS]", args, 2);
    Duration grace = Duration.ofSeconds(arguments.number(1, 30, 0, 3600));
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(arguments.port())
            .maxConnections(100)
            .handle((in, out) -> out.sendString(numbers()))
            .bindNow();
    server.shutdownAtExit(
        grace, closed -> System.out.println("gone; " + closed + " had to be cut off"));
    System.out.println("counting on " + server.host() + ":" + server.port());
    server.onDispose().block();
  }

  private static Flux<String> numbers() {
    return Flux.range(1, 10).delayElements(Duration.ofMillis(200)).map(number -> number + "\n");
  }
}
