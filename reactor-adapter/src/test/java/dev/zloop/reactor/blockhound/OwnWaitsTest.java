package dev.zloop.reactor.blockhound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;

class OwnWaitsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void ourOwnWaitsAreNamedAndDoNothingOnALoop() {
    DisposableServer server = TcpServer.create().host("127.0.0.1").port(0).bindNow(PATIENCE);
    TcpClient client = TcpClient.create().host("127.0.0.1").port(server.port());
    Connection connection = client.connectNow(PATIENCE);
    Map<String, Runnable> waits =
        Map.of(
            "TcpServer#bindNow", () -> TcpServer.create().host("127.0.0.1").port(0).bindNow(),
            "TcpClient#connectNow", client::connectNow,
            "Connection#disposeNow", connection::disposeNow,
            "DisposableServer#disposeNow", server::disposeNow);
    waits.forEach((name, wait) -> {
      Mono<?> onALoop = Mono.fromRunnable(wait).subscribeOn(Schedulers.fromZLoop());
      Throwable error =
          Exceptions.unwrap(assertThrows(Throwable.class, () -> onALoop.block(PATIENCE)));
      assertEquals(BlockingOperationError.class, error.getClass());
      assertEquals("Blocking call! dev.zloop.reactor.tcp." + name, error.getMessage());
    });
    assertFalse(connection.isDisposed());
    assertFalse(server.isDisposed());
    connection.disposeNow(PATIENCE);
    server.disposeNow(PATIENCE);
  }
}
