package dev.zloop.it;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Has one server that has gone already. The other greets, and says goodbye once it is going; and is
 * bound until the JVM is told to exit.
 */
final class ExitProbe {
  private ExitProbe() {}

  public static void main(String[] none) {
    DisposableServer gone = TcpServer.create().host("127.0.0.1").bindNow();
    gone.shutdownAtExit(Duration.ZERO, closed -> System.out.println("a server that was gone"));
    gone.shutdown(Duration.ZERO).block();
    CompletableFuture<DisposableServer> server = new CompletableFuture<>();
    Mono<String> goodbye =
        Mono.fromFuture(server, true).flatMap(DisposableServer::onDispose).thenReturn("goodbye\n");
    TcpServer.create()
        .host("127.0.0.1")
        .handle((in, out) -> out.sendString(Flux.concat(Mono.just("hello\n"), goodbye)))
        .bindUntilJavaShutdown(
            Duration.ofSeconds(60),
            bound -> {
              server.complete(bound);
              System.out.println(bound.port());
            });
  }
}
