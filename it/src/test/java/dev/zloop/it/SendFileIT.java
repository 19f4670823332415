package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Files, by the kernel and over TLS, from many connections at a time. */
class SendFileIT {
  private static final int LENGTH = 1 << 20;
  private static final int CLIENTS = 2;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  @TempDir private Path directory;

  private Path file() throws IOException {
    return Files.write(directory.resolve("file"), Pattern.DEFAULT.bytes(0, LENGTH));
  }

  static Stream<Named<TlsEngine>> encryptions() {
    return Stream.of(
        Named.of("plain", null),
        Named.of("the JDK's TLS", TlsEngine.JDK),
        Named.of("BoringSSL", TlsEngine.BORINGSSL));
  }

  @ParameterizedTest
  @MethodSource("encryptions")
  void aFileArrivesWhole(TlsEngine engine) throws IOException {
    Path file = file();
    TcpServer serving = LOOPS.server().handle((in, out) -> out.sendFile(file));
    if (engine != null) {
      var certificate = Certificates.TRUSTED.forNames("localhost");
      serving = serving.secure(tls -> tls.sslContext(TlsEngine.build(engine.server(certificate))));
    }
    DisposableServer server = serving.bindNow();
    Await.completion(Flux.range(0, CLIENTS).flatMap(i -> receive(server.port(), engine)).then());
    server.disposeNow();
  }

  /** While it is being opened, too, it is being sent. */
  @Test
  void aFileThatIsAskedForWithTheLastWordIsSent() throws Exception {
    Path file = file();
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(connection ->
                connection
                    .inbound()
                    .receive()
                    .then()
                    .then(Mono.defer(() -> connection.outbound().sendFile(file).then()))
                    .subscribe())
            .bindNow();
    try (Socket peer = new Socket("127.0.0.1", server.port())) {
      peer.shutdownOutput();
      assertEquals(LENGTH, peer.getInputStream().readAllBytes().length);
    }
    server.disposeNow();
  }

  private static Flux<Void> receive(int port, TlsEngine engine) {
    TcpClient client = LOOPS.client(port).host("localhost");
    if (engine != null) {
      client = client.secure(tls -> tls.sslContext(TlsEngine.build(engine.client())));
    }
    return client
        .connect()
        .flatMapMany(connection -> {
          Checker checker = new Checker();
          return connection
              .inbound()
              .receive()
              .doOnNext(checker)
              .doOnComplete(() -> assertEquals(LENGTH, checker.received()))
              .thenMany(close(connection));
        });
  }

  private static Mono<Void> close(Connection connection) {
    return Mono.defer(() -> {
      connection.dispose();
      return connection.onDispose();
    });
  }
}
