package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tls.TlsException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** A loop whose executor has no room: what needed it fails, says so, and all else goes on. */
class RefusedWorkIT {
  private static final String REASON = "the executor of loop full refuses work: no room";

  /** How many more tasks the executor takes. */
  private static final AtomicInteger ROOM = new AtomicInteger();

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static ExecutorService threads;
  private static ZLoop loop;

  @BeforeAll
  static void open() {
    threads = Executors.newFixedThreadPool(1);
    Executor bounded =
        task -> {
          if (ROOM.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            throw new RejectedExecutionException("no room");
          }
          threads.execute(task);
        };
    loop =
        ZLoop.builder()
            .name("full")
            .threadFactory(ZLoopThreads.factory())
            .executor(bounded)
            .build()
            .start();
  }

  @AfterAll
  static void close() {
    loop.close();
    Await.completion(loop.onClosed());
    threads.shutdown();
  }

  private static TcpClient client(DisposableServer server) {
    return TcpClient.create().runOn(loop).host("127.0.0.1").port(server.port());
  }

  @Test
  void aNameIsNotLookedUp() {
    ROOM.set(0);
    DisposableServer server = LOOPS.echoServer().bindNow();
    TcpClient named = client(server).host("localhost");
    Throwable failure =
        assertThrows(Exception.class, () -> Await.completion(named.connect())).getCause();
    assertInstanceOf(IOException.class, failure);
    assertEquals("resolve(localhost:" + server.port() + "): " + REASON, failure.getMessage());
    ROOM.set(1);
    Await.completion(named.connect()).disposeNow();
    server.disposeNow();
  }

  @Test
  void aFileIsNotOpenedAndTheConnectionGoesOn(@TempDir Path directory) throws IOException {
    ROOM.set(0);
    Path file = Files.writeString(directory.resolve("file"), "content");
    DisposableServer server = LOOPS.echoServer().bindNow();
    Connection connection = Await.completion(client(server).connect());
    Throwable failure = failure(connection.outbound().sendFile(file).then());
    assertEquals("sending " + file + ": " + REASON, failure.getMessage());
    connection.outbound().sendString(Mono.just("next")).shutdownOutput().then().subscribe();
    assertEquals(
        "next", Await.completion(connection.inbound().receive().asString().reduce(String::concat)));
    connection.disposeNow();
    server.disposeNow();
  }

  @Test
  void aFileThatCannotBeReadOnResetsTheConnection(@TempDir Path directory) throws IOException {
    ROOM.set(2); // it is opened, and read once
    Path file = Files.write(directory.resolve("file"), new byte[8 << 20]);
    DisposableServer server = LOOPS.server().handle((in, out) -> in.receive().then()).bindNow();
    Connection connection = Await.completion(client(server).connect());
    Throwable failure = failure(connection.outbound().sendFileChunked(file, 0, 8 << 20).then());
    assertInstanceOf(FileSystemException.class, failure);
    assertEquals(file + ": " + REASON, failure.getMessage());
    Await.completion(connection.onDispose().onErrorComplete());
    server.disposeNow();
  }

  @Test
  void aHandshakeFails() {
    ROOM.set(0);
    DisposableServer server =
        LOOPS
            .echoServer()
            .secure(
                TlsEngine.build(TlsEngine.JDK.server(Certificates.TRUSTED.forNames("localhost"))))
            .doOnError((connection, error) -> {})
            .bindNow();
    TcpClient secure =
        client(server)
            .secure(tls ->
                tls.sslContext(TlsEngine.build(TlsEngine.JDK.client())).serverName("localhost"));
    Throwable failure = failure(secure.connect());
    assertEquals(
        TlsException.Reason.NOT_USABLE, assertInstanceOf(TlsException.class, failure).reason());
    assertTrue(failure.getMessage().contains(REASON), failure::getMessage);
    ROOM.set(100);
    Await.completion(secure.connect()).disposeNow();
    server.disposeNow();
  }

  private static Throwable failure(Mono<?> mono) {
    return Await.completion(
        mono.materialize().mapNotNull(signal -> signal.getThrowable()).cast(Throwable.class));
  }
}
