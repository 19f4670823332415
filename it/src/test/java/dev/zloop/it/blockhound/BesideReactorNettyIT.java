package dev.zloop.it.blockhound;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.TlsEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.NettyOutbound;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/**
 * We mark calls that Reactor Netty makes on its own loops, on the JDK's selector and elsewhere: it
 * goes on as if we were not there.
 */
class BesideReactorNettyIT {
  private static final String CONTENT = "content";
  private static final SslContext SERVER =
      TlsEngine.build(TlsEngine.JDK.server(Certificates.TRUSTED.forNames("localhost")));
  private static final SslContext CLIENT = TlsEngine.build(TlsEngine.JDK.client());

  private static LoopResources loops;

  @BeforeAll
  static void startLoops() {
    loops = LoopResources.create("beside", 1, true);
  }

  @AfterAll
  static void stopLoops() {
    Await.completion(loops.disposeLater(Duration.ZERO, Await.PATIENCE));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itSendsFilesOnItsLoops(boolean nativeLoops, @TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), CONTENT);
    String plain =
        exchange(nativeLoops, out -> out.sendFile(file), server -> server, client -> client);
    assertEquals(CONTENT, plain);
    String overTls =
        exchange(
            nativeLoops,
            out -> out.sendFileChunked(file, 0, CONTENT.length()),
            server -> server.secure(tls -> tls.sslContext(SERVER)),
            client -> client.secure(tls -> tls.sslContext(CLIENT)));
    assertEquals(CONTENT, overTls);
  }

  @Test
  void itAsksTheJdkForNamesOnItsLoops() {
    String content =
        exchange(
            false,
            out -> out.sendString(Mono.just(CONTENT)),
            server -> server,
            client -> client.resolver(DefaultAddressResolverGroup.INSTANCE));
    assertEquals(CONTENT, content);
  }

  @Test
  void whatItsUsersBlockItsLoopsWithIsStillCaught() {
    CompletableFuture<Throwable> caught = new CompletableFuture<>();
    exchange(
        false,
        out -> {
          try {
            Thread.sleep(1);
          } catch (BlockingOperationError | InterruptedException error) {
            caught.complete(error);
          }
          return out.sendString(Mono.just(CONTENT));
        },
        server -> server,
        client -> client);
    assertEquals(BlockingOperationError.class, Await.completion(caught).getClass());
  }

  /** What a client receives of a server that sends. */
  private static String exchange(
      boolean nativeLoops,
      UnaryOperator<NettyOutbound> sending,
      UnaryOperator<TcpServer> serving,
      UnaryOperator<TcpClient> connecting) {
    List<Connection> served = new CopyOnWriteArrayList<>();
    DisposableServer server =
        serving
            .apply(TcpServer.create().host("127.0.0.1").port(0).runOn(loops, nativeLoops))
            .doOnConnection(served::add)
            .handle((in, out) -> sending.apply(out).neverComplete())
            .bindNow();
    Connection client =
        connecting
            .apply(
                TcpClient.newConnection()
                    .host("localhost")
                    .port(server.port())
                    .runOn(loops, nativeLoops))
            .connectNow();
    try {
      return Await.completion(
          client
              .inbound()
              .receive()
              .asString()
              .scan(String::concat)
              .filter(text -> text.length() == CONTENT.length())
              .next());
    } finally {
      client.disposeNow();
      served.forEach(Connection::disposeNow);
      server.disposeNow();
    }
  }
}
