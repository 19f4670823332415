package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.AbstractUnixAddress;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Simulation;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** Which addresses a server has that was told, and was not told, which. */
class AddressesTest {
  private ZLoop loop;

  @BeforeEach
  void start() {
    loop = ZLoop.builder().build().start();
  }

  @AfterEach
  void close() {
    loop.close();
    loop.onClosed().toCompletableFuture().join();
  }

  private static boolean hasIpv6() {
    try (var channel = ServerSocketChannel.open().bind(ip("::1", 0))) {
      return channel.isOpen();
    } catch (IOException e) {
      return false;
    }
  }

  private static InetSocketAddress ip(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  @Test
  void aServerThatWasToldNoHostTakesClientsOfBothFamilies() throws Exception {
    assumeTrue(hasIpv6());
    BlockingQueue<SocketAddress> clients = new LinkedTransferQueue<>();
    DisposableServer server =
        TcpServer.create()
            .runOn(loop)
            .doOnConnection(connection -> clients.add(connection.address()))
            .handle((in, out) -> Mono.empty())
            .bindNow();
    try (var six = SocketChannel.open(ip("::1", server.port()))) {
      assertEquals(six.getLocalAddress(), clients.poll(60, TimeUnit.SECONDS));
    }
    try (var four = SocketChannel.open(ip("127.0.0.1", server.port()))) {
      SocketAddress client = clients.poll(60, TimeUnit.SECONDS);
      assertEquals(four.getLocalAddress(), client);
      assertInstanceOf(Inet4Address.class, ((InetSocketAddress) client).getAddress());
    }
    server.disposeNow();
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void anAbstractNameServesBothEnds(Backend backend) {
    try (Simulation simulation = Simulation.of(7)) {
      ZLoop simulated = simulation.loop(backend);
      AbstractUnixAddress name = AbstractUnixAddress.of("zloop");
      DisposableServer server =
          simulation.await(
              TcpServer.create()
                  .runOn(simulated)
                  .bindAddress(() -> name)
                  .handle((in, out) -> out.send(in.receive().retain()))
                  .bind()
                  .toFuture());
      assertEquals(name, server.address());
      Connection client =
          simulation.await(
              TcpClient.create().runOn(simulated).remoteAddress(() -> name).connect().toFuture());
      assertEquals(name, client.address());
      client.outbound().sendString(Mono.just("hello")).then().subscribe();
      assertEquals(
          "hello",
          simulation.await(client.inbound().receive().asString().take(1).next().toFuture()));
      client.dispose();
      simulation.await(client.onDispose().toFuture());
    }
  }
}
