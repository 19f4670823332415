package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What loops with servers and clients on them tell of themselves. */
class DumpIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  private static String dump() {
    return LOOPS.group().dump().toCompletableFuture().join();
  }

  private static long count(String text) {
    return dump().lines().filter(line -> line.contains(text)).count();
  }

  @Test
  void itTellsWhichConnectionsAreSecure() {
    DisposableServer server =
        LOOPS
            .echoServer()
            .secure(
                TlsEngine.build(TlsEngine.JDK.server(Certificates.TRUSTED.forNames("localhost"))))
            .bindNow();
    Connection client =
        LOOPS
            .client(server.port())
            .host("localhost")
            .secure(TlsEngine.build(TlsEngine.JDK.client()))
            .connectNow();
    Await.until("both ends secured", () -> count("; TLSv1.3, TLS_") == 2);
    assertEquals(1, count("127.0.0.1:" + server.port() + ": accepting"));
    client.disposeNow();
    server.disposeNow();
  }

  @Test
  void aLoopMayAskForThoseOfOthersAndPrintThem() {
    CompletableFuture<String> printed =
        CompletableFuture.supplyAsync(() -> LOOPS.group().dump(), LOOPS.first())
            .thenCompose(dump -> dump)
            .thenApply(DumpIT::print);
    String text = printed.join();
    assertTrue(text.contains("loop it-1: ") && text.contains("loop it-2: "), text);
  }

  /** As to a disk, or a terminal. */
  private static String print(String text) {
    try (OutputStream file = new FileOutputStream("/dev/null")) {
      file.write(text.getBytes(StandardCharsets.UTF_8));
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
