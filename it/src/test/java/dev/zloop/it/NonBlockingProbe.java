package dev.zloop.it;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.it.support.Await;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A program of its own, for {@link NonBlockingIT}: without BlockHound, on loops that were given no
 * threads, it tries every method that waits, and prints what comes of that.
 */
final class NonBlockingProbe {
  private NonBlockingProbe() {}

  public static void main(String[] arguments) {
    ZLoopGroup loops = ZLoopGroup.of(2);
    TcpServer server = TcpServer.create().host("127.0.0.1").port(0).runOn(loops);
    DisposableServer bound = server.bindNow();
    TcpClient client = TcpClient.create().host("127.0.0.1").port(bound.port()).runOn(loops);
    Connection connected = client.connectNow();
    Map<String, Runnable> waiting =
        Map.of(
            "bindNow", server::bindNow,
            "connectNow", client::connectNow,
            "Connection.disposeNow", connected::disposeNow,
            "DisposableServer.disposeNow", bound::disposeNow);
    waiting.forEach(
        (name, method) -> System.out.println(name + ": " + outcome(loops.next(), method)));
    loops.close();
    Await.completion(loops.onClosed());
  }

  private static String outcome(ZLoop loop, Runnable waiting) {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        waiting.run();
        outcome.complete("it waited");
      } catch (Throwable error) {
        outcome.complete(error.toString());
      }
    });
    return Await.completion(outcome);
  }
}
