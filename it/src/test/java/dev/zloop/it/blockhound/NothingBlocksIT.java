package dev.zloop.it.blockhound;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;

/** The test that docs/blockhound.md shows, as a user would have it. */
class NothingBlocksIT {
  @Test
  void aHandlerThatBlocksIsCaught() throws Exception {
    ZLoop loop = ZLoop.builder().build().start();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .runOn(loop)
            .handle((in, out) -> out.sendString(in.receive().asString().map(this::slowly)))
            .doOnError((connection, error) -> failure.complete(error))
            .bindNow();
    Connection client =
        TcpClient.create().host("127.0.0.1").port(server.port()).runOn(loop).connectNow();
    client.outbound().sendString(Mono.just("hello")).then().subscribe();

    assertEquals(BlockingOperationError.class, failure.get(30, SECONDS).getClass());
    client.disposeNow();
    server.disposeNow();
    loop.close();
  }

  private String slowly(String text) {
    try {
      Thread.sleep(1);
      return text;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
