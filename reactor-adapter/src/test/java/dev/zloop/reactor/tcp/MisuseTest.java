package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What cannot work says so at once: which value, what was expected. */
class MisuseTest {

  @Test
  void waitingForALoopThatNobodyStartedFailsAtOnce() {
    ZLoop loop = ZLoop.builder().name("idle").build();
    try {
      var onBind =
          assertThrows(IllegalStateException.class, TcpServer.create().runOn(loop)::bindNow);
      var onConnect =
          assertThrows(
              IllegalStateException.class, TcpClient.create().port(1).runOn(loop)::connectNow);
      assertTrue(onBind.getMessage().startsWith("loop idle was not started"), onBind::getMessage);
      assertEquals(onBind.getMessage(), onConnect.getMessage());
    } finally {
      loop.close();
    }
  }

  @Test
  void aClientWithoutAPortSaysSo() {
    assertFailsWith("no port to connect to was set", TcpClient.create().connect());
  }

  @Test
  void anAddressThatNoSocketHasFailsTheMono() {
    SocketAddress strange = new SocketAddress() {};
    assertFailsWith("", TcpClient.create().remoteAddress(() -> strange).connect());
    assertFailsWith("", TcpServer.create().bindAddress(() -> strange).bind());
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("localhost", 0);
    assertFailsWith("", TcpClient.create().port(1).bindAddress(() -> unresolved).connect());
  }

  private static void assertFailsWith(String beginning, Mono<?> mono) {
    var failure =
        assertThrows(IllegalArgumentException.class, () -> mono.block(Duration.ofMinutes(1)));
    assertTrue(failure.getMessage().startsWith(beginning), failure::getMessage);
  }

  @Test
  void valuesOutOfRangeAreRefusedWithTheirNames() {
    assertRefused("port is 65536", () -> TcpServer.create().port(65536));
    assertRefused("port is -1", () -> TcpClient.create().port(-1));
    TcpServer server = TcpServer.create();
    assertRefused(
        "write queue marks are 0 and 0",
        () -> server.childOption(SocketOption.WRITE_QUEUE_HIGH_BYTES, 0));
    assertRefused(
        "CONNECT_TIMEOUT is PT0S",
        () -> TcpClient.create().option(SocketOption.CONNECT_TIMEOUT, Duration.ZERO));
    var nothing =
        assertThrows(
            NullPointerException.class, () -> server.option(SocketOption.SO_BACKLOG, null));
    assertEquals("SO_BACKLOG", nothing.getMessage());
  }

  private static void assertRefused(String beginning, Runnable call) {
    var refusal = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(refusal.getMessage().startsWith(beginning), refusal::getMessage);
  }

  @Test
  void aClosedGroupIsNotWaitedFor() {
    ZLoopGroup group = ZLoopGroup.of(List.of(ZLoop.builder().build().start()));
    group.close();
    group.onClosed().toCompletableFuture().join();
    assertThrows(RejectedExecutionException.class, () -> TcpServer.create().runOn(group).bindNow());
  }

  @Test
  void aListenerThatThrowsFailsTheConnectAndAbortsTheConnection() {
    DisposableServer server = TcpServer.create().host("127.0.0.1").port(0).bindNow();
    try {
      List<Connection> told = new CopyOnWriteArrayList<>();
      Mono<Connection> connect =
          TcpClient.create()
              .host("127.0.0.1")
              .port(server.port())
              .doOnConnected(connection -> {
                told.add(connection);
                throw new UnsupportedOperationException("not this one");
              })
              .connect();

      var failure =
          assertThrows(
              UnsupportedOperationException.class, () -> connect.block(Duration.ofMinutes(1)));

      assertEquals("not this one", failure.getMessage());
      told.get(0).onDispose().block(Duration.ofMinutes(1));
    } finally {
      server.disposeNow();
    }
  }
}
