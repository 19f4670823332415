package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.Program;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.proxy.ProxyHeader;
import dev.zloop.reactor.proxy.ProxyProtocolSupport;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Servers behind a proxy that says whom it speaks for: haproxy, or a script. */
class ProxyProtocolIT {
  private static final int LENGTH = 1 << 20;
  private static final int ATTEMPTS = 10;
  private static final int UNIQUE_ID = 0x05;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  @TempDir private Path directory;

  /** Whoever adds to it, on a loop, never waits for whoever takes. */
  private final BlockingQueue<Connection> connections = new LinkedTransferQueue<>();

  /** haproxy in front of a server, on a port of its own. */
  private final class Haproxy implements AutoCloseable {
    final InetSocketAddress address;
    private final Program program;

    /**
     * @param how it sends what it sends: a keyword of its configuration
     */
    Haproxy(DisposableServer server, String how) throws IOException {
      for (int attempt = 1; ; attempt++) {
        int port = freePort(); // which somebody else may have taken when haproxy comes to it
        Program started = Program.start("haproxy", "-db", "-f", configure(server, port, how));
        if (Await.comesTrue(() -> isReachable(port) || !started.isAlive()) && started.isAlive()) {
          address = new InetSocketAddress("127.0.0.1", port);
          program = started;
          return;
        }
        String said = started.said();
        started.close();
        if (attempt == ATTEMPTS) {
          throw new AssertionError("haproxy does not listen; it says: " + said);
        }
      }
    }

    private String configure(DisposableServer server, int port, String how) throws IOException {
      return Files.writeString(
              directory.resolve("haproxy-" + port),
              """
              defaults
                mode tcp
                timeout connect 30s
                timeout client 60s
                timeout server 60s
              frontend all
                bind 127.0.0.1:%d
                unique-id-format zloop-%%ci
                default_backend zloop
              backend zloop
                server zloop 127.0.0.1:%d %s
              """
                  .formatted(port, server.port(), how))
          .toString();
    }

    @Override
    public void close() {
      program.close();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Once somebody listens; haproxy then has one connection more to pass on. */
  private static boolean isReachable(int port) {
    try (Peer peer = Peer.connect(new InetSocketAddress("127.0.0.1", port))) {
      return peer.channel().isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  private TcpServer server() {
    return LOOPS
        .echoServer()
        .proxyProtocol(ProxyProtocolSupport.ON)
        .doOnConnection(connections::add);
  }

  /** The connection that comes from an address; others may be there that only looked. */
  private Connection from(Object client) throws InterruptedException {
    for (; ; ) {
      Connection next = connections.poll(60, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no connection from " + client);
      }
      if (next.address().equals(client)) {
        return next;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
  void theClientOfHaproxyIsKnownByItsAddress(String how) throws Exception {
    Program.assumeInstalled("haproxy");
    DisposableServer server = server().bindNow();
    try (Haproxy proxy = new Haproxy(server, how);
        Peer client = Peer.connect(proxy.address)) {
      client.send(Pattern.DEFAULT, LENGTH / 64);
      client.receive(Pattern.DEFAULT, LENGTH / 64);
      Connection connection = from(client.channel().getLocalAddress());
      ProxyHeader header = connection.proxyHeader().orElseThrow();
      assertEquals(proxy.address, header.destinationAddress());
    }
    server.disposeNow();
  }

  @Test
  void whatHaproxyAddsToTheAddressesCanBeRead() throws Exception {
    Program.assumeInstalled("haproxy");
    DisposableServer server = server().bindNow();
    try (Haproxy proxy = new Haproxy(server, "send-proxy-v2 proxy-v2-options unique-id");
        Peer client = Peer.connect(proxy.address)) {
      client.send("x");
      assertEquals("x", client.receiveText(1));
      ProxyHeader header = from(client.channel().getLocalAddress()).proxyHeader().orElseThrow();
      String id = new String(header.value(UNIQUE_ID).orElseThrow(), StandardCharsets.US_ASCII);
      assertEquals("zloop-127.0.0.1", id);
    }
    server.disposeNow();
  }

  @Test
  void tlsBeginsBehindTheHeader() throws Exception {
    Program.assumeInstalled("haproxy");
    DisposableServer server =
        server()
            .secure(
                TlsEngine.build(TlsEngine.JDK.server(Certificates.TRUSTED.forNames("localhost"))))
            .bindNow();
    try (Haproxy proxy = new Haproxy(server, "send-proxy-v2")) {
      Connection client =
          LOOPS
              .client(proxy.address.getPort())
              .secure(TlsEngine.build(TlsEngine.JDK.client()))
              .host("localhost")
              .connectNow();
      client.outbound().sendString(Mono.just("hello")).then().subscribe();
      assertEquals("hello", Await.completion(client.inbound().receive().asString().take(1).next()));
      assertEquals("TLSv1.3", from(client.localAddress()).tlsSession().orElseThrow().protocol());
      client.disposeNow();
    }
    server.disposeNow();
  }

  @Test
  void muchBehindTheHeaderInOneGoIsNotLost() throws Exception {
    DisposableServer server = server().bindNow();
    try (Peer proxy = Peer.connect(server.address())) {
      proxy.send("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n");
      var sending = proxy.sendInBackground(Pattern.DEFAULT, LENGTH);
      proxy.receive(Pattern.DEFAULT, LENGTH);
      Await.completion(sending);
      from(new InetSocketAddress("192.0.2.7", 4711));
    }
    server.disposeNow();
  }
}
