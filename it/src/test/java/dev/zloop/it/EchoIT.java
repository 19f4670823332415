package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What is sent comes back, every byte of it, in order: of any length, on any kind of address. */
class EchoIT {
  private static final int BUFFER_BYTES = 32 << 10;
  private static final int MEBIBYTE = 1 << 20;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1024, 65535, 65536, 65537, MEBIBYTE, 64 * MEBIBYTE})
  void whatASocketOfTheJdkSendsComesBack(int length) throws IOException {
    DisposableServer server = LOOPS.echoServer().bindNow();
    echoToPeer(server.address(), length);
    server.disposeNow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1024, 65535, 65536, 65537, MEBIBYTE, 64 * MEBIBYTE})
  void whatOurClientSendsComesBack(int length) {
    DisposableServer server = LOOPS.echoServer().bindNow();
    Connection client = LOOPS.client(server.port()).connectNow();
    Await.completion(echo(client, Pattern.DEFAULT, length));
    client.disposeNow();
    server.disposeNow();
  }

  @Test
  void oneThousandConnectionsAtOnceEachGetTheirOwnBytesBack() {
    int count = 1000;
    DisposableServer server = LOOPS.echoServer().bindNow();
    TcpClient client = LOOPS.client(server.port());
    List<Connection> all =
        Await.completion(Flux.range(0, count).flatMap(i -> client.connect(), count).collectList());
    assertEquals(count, all.size());
    Await.completion(
        Flux.range(0, count).flatMap(i -> echo(all.get(i), new Pattern(i), 20_000), count).then());
    all.forEach(Connection::dispose);
    Await.completion(Flux.fromIterable(all).flatMap(Connection::onDispose, count).then());
    server.disposeNow();
  }

  @Test
  void ipv6CarriesThemToo() throws IOException {
    assumeTrue(hasIpv6Loopback(), "this machine has no ::1");
    DisposableServer server = LOOPS.echoServer().host("::1").bindNow();
    assertEquals("0:0:0:0:0:0:0:1", server.host());
    echoToPeer(server.address(), MEBIBYTE);
    echoToOurClient(server.address());
    server.disposeNow();
  }

  private static boolean hasIpv6Loopback() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .anyMatch(address -> address.getHostAddress().startsWith("0:0:0:0:0:0:0:1"));
  }

  @Test
  void aWildcardServerTakesBothVersionsOfIp() throws IOException {
    assumeTrue(hasIpv6Loopback(), "this machine has no ::1");
    DisposableServer server = LOOPS.echoServer().host("::").bindNow();
    for (String host : List.of("::1", "127.0.0.1")) {
      Connection client = LOOPS.client(server.port()).host(host).connectNow();
      Await.completion(echo(client, Pattern.DEFAULT, 1));
      client.disposeNow();
    }
    server.disposeNow();
  }

  @Test
  void aUnixSocketCarriesThemToo(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("echo");
    DisposableServer server =
        TcpServer.create()
            .bindAddress(() -> UnixDomainSocketAddress.of(path))
            .runOn(LOOPS.group())
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    assertEquals(UnixDomainSocketAddress.of(path), server.address());
    echoToPeer(server.address(), MEBIBYTE);
    echoToOurClient(server.address());
    server.disposeNow();
    assertEquals(false, Files.exists(path), "the socket's file is left over");
  }

  private static void echoToOurClient(SocketAddress server) {
    Connection client =
        TcpClient.create().remoteAddress(() -> server).runOn(LOOPS.group()).connectNow();
    assertEquals(server, client.address());
    Await.completion(echo(client, Pattern.DEFAULT, MEBIBYTE));
    client.disposeNow();
  }

  /** Sends all, ends the output, and receives to the end. */
  private static void echoToPeer(SocketAddress server, long length) throws IOException {
    try (Peer peer = Peer.connect(server)) {
      CompletableFuture<Void> sending = peer.sendInBackground(Pattern.DEFAULT, length);
      peer.receive(Pattern.DEFAULT, length);
      Await.completion(sending);
      peer.shutdownOutput();
      peer.receiveEnd();
    }
  }

  /** As {@link #echoToPeer}. */
  private static Mono<Void> echo(Connection client, Pattern pattern, long length) {
    Checker checker = new Checker(pattern);
    Mono<Void> sending =
        client.outbound().send(pattern.buffers(length, BUFFER_BYTES)).shutdownOutput().then();
    Mono<Void> receiving = client.inbound().receive().doOnNext(checker).then();
    return Mono.when(sending, receiving)
        .doOnSuccess(nothing -> assertEquals(length, checker.received()));
  }
}
