package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.nativereactor.Backend;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(OpenDescriptors.class)
class GroupAcceptorTest {

  static Stream<Backend> backends() {
    return Stream.of(Backend.values()).filter(Backend::isAvailable);
  }

  // ---- one listener

  @ParameterizedTest
  @MethodSource("backends")
  void aThousandConnectionsAreSpreadEvenlyOverFourLoops(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 4).listen();
        var clients = new Clients()) {
      clients.connect(1000, server.address());
      server.awaitConnectionsPerLoop(List.of(250, 250, 250, 250));
      assertEquals(0, server.acceptor.refused());
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void newConnectionsGoWhereOldOnesEnded(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 4).listen()) {
      List<SocketChannel> channels = connect(server, 40);
      server.awaitConnectionsPerLoop(List.of(10, 10, 10, 10));
      Waiting.until(() -> server.homes.size() == 40);
      EventLoop emptied = server.loops.get(2);
      for (SocketChannel channel : channels) {
        if (server.homes.get(Addresses.port(channel.getLocalAddress())) == emptied) {
          channel.close();
        }
      }
      server.awaitConnectionsPerLoop(List.of(10, 10, 0, 10));

      for (SocketChannel channel : connect(server, 10)) {
        channels.add(channel);
        awaitEcho(channel);
        assertSame(emptied, server.homes.get(Addresses.port(channel.getLocalAddress())));
      }

      server.awaitConnectionsPerLoop(List.of(10, 10, 10, 10));
      closeAll(channels);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aLoopThatWasClosedByItselfGetsNoMore(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 4).listen()) {
      server.closeAlone(server.loops.get(1));

      List<SocketChannel> channels = connect(server, 30);
      for (SocketChannel channel : channels) {
        awaitEcho(channel);
      }

      assertEquals(List.of(10, 0, 10, 10), server.connectionsPerLoop());
      assertEquals(0, server.acceptor.refused());
      closeAll(channels);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aConnectionStaysOnItsLoopForLife(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 3).listen()) {
      List<SocketChannel> channels = connect(server, 30);
      for (int round = 0; round < 20; round++) {
        for (SocketChannel channel : channels) {
          awaitEcho(channel);
        }
      }
      closeAll(channels);
      server.awaitConnectionsPerLoop(List.of(0, 0, 0));

      assertEquals(0, server.strayCallbacks.get());
      assertTrue(server.callbacks.get() >= 30 * 20, "callbacks: " + server.callbacks);
    }
  }

  @Test
  void aRefusedHandOverClosesTheConnectionAndIsCounted() throws Exception {
    try (var accepting = new RunningLoop();
        var log = new LogLines()) {
      ZLoop closed = ZLoop.builder().name("gone").build();
      closed.close();
      var server = new Unwanted();
      GroupAcceptor acceptor =
          accepting.call(() ->
              GroupAcceptor.open(
                  accepting.loop,
                  ZLoopGroup.of(List.of(closed)),
                  Addresses.ANY_PORT,
                  SocketOptions.DEFAULT,
                  server));

      for (int i = 1; i <= 3; i++) {
        try (var channel = SocketChannel.open(acceptor.localAddress())) {
          assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
        }
        long soFar = i;
        Waiting.until(() -> acceptor.refused() == soFar);
      }
      accepting.settle();

      assertEquals(0, closed.connections());
      assertEquals(1, log.lines.size(), log.lines::toString); // the rest for who debugs
      assertTrue(log.lines.getFirst().startsWith("a connection to "), log.lines::toString);
    }
  }

  @Test
  void whatIsOnItsWayToALoopCountsThere() throws Exception {
    try (var from = new RunningLoop();
        var to = new RunningLoop();
        var acceptingLoop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor =
          acceptingLoop.call(() ->
              Acceptor.open(
                  acceptingLoop.loop, Addresses.ANY_PORT, SocketOptions.DEFAULT, accepted));
      var busy = new CountDownLatch(1);
      to.loop.execute(() -> awaitQuietly(busy));
      try (var clients = new Clients()) {
        clients.connect(1, acceptor.localAddress());
        int fd = accepted.next();

        from.run(
            () -> Sockets.handOver(from.loop, to.loop, fd, taken -> Sockets.close(to.loop, taken)));

        assertEquals(1, to.loop.connections());
        busy.countDown();
        Waiting.until(() -> to.loop.connections() == 0);
      }
    }
  }

  @Test
  void aPathIsListenedOnForAllLoopsToo(@TempDir Path directory) throws Exception {
    try (var server = new GroupServer(Backend.EPOLL, 2)) {
      server.group.start();
      var path = UnixDomainSocketAddress.of(directory.resolve("socket"));
      GroupAcceptor acceptor = server.openOnFirst(path, false);
      assertEquals(path, acceptor.localAddress());
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void closingTellsOnceAndKeepsTheConnections(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 2).listen();
        var channel = SocketChannel.open(server.address())) {
      awaitEcho(channel);

      server.acceptor.close();
      server.acceptor.close();
      Waiting.until(() -> server.timesClosed.get() == 1);

      assertThrows(ConnectException.class, () -> SocketChannel.open(server.address()));
      awaitEcho(channel);
      server.group.close();
      server.group.onClosed().toCompletableFuture().join();
      assertEquals(1, server.timesClosed.get());
    }
  }

  // ---- a listener for each loop

  @ParameterizedTest
  @MethodSource("backends")
  void eachLoopAcceptsFromItsOwnListener(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 4).listenPerLoop()) {
      List<SocketChannel> channels = connect(server, 400);
      for (SocketChannel channel : channels) {
        awaitEcho(channel);
      }
      // By chance, but one in 10^49 for a loop to get none.
      assertEquals(4, new HashSet<>(server.homes.values()).size());
      assertEquals(400, server.connectionsPerLoop().stream().mapToInt(count -> count).sum());
      assertEquals(0, server.strayCallbacks.get());
      closeAll(channels);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theOtherLoopsGoOnWhenOneWithAListenerIsClosed(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 3).listenPerLoop()) {
      server.closeAlone(server.loops.get(0)); // also the one that opened all

      List<SocketChannel> channels = connect(server, 60);
      for (SocketChannel channel : channels) {
        awaitEcho(channel);
      }

      assertEquals(0, server.timesClosed.get());
      assertEquals(0, server.loops.get(0).connections());
      closeAll(channels);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void connectionsThatWaitOnAClosedListenerAreReset(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 2).listenPerLoop()) {
      var busy = new CountDownLatch(1);
      EventLoop blocked = server.loops.get(1);
      var isBlocked = new CountDownLatch(1);
      blocked.execute(() -> {
        isBlocked.countDown();
        awaitQuietly(busy);
      });
      isBlocked.await();
      List<SocketChannel> channels = connect(server, 64);
      Waiting.until(() -> server.homes.size() > 0);
      blocked.close();
      busy.countDown();
      blocked.onClosed().toCompletableFuture().join();

      int reset = 0;
      for (SocketChannel channel : channels) {
        if (!echoes(channel)) {
          reset++;
        }
      }

      assertEquals(64 - server.homes.size(), reset);
      assertTrue(reset > 0, "all went to the other loop, by a chance of one in 2^64");
      closeAll(channels);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void closingEndsAllListenersAndTellsOnce(Backend backend) throws Exception {
    try (var server = new GroupServer(backend, 4).listenPerLoop()) {
      server.acceptor.close();
      server.acceptor.close();
      Waiting.until(() -> server.timesClosed.get() > 0);

      assertThrows(ConnectException.class, () -> SocketChannel.open(server.address()));
      server.group.close();
      server.group.onClosed().toCompletableFuture().join();
      assertEquals(1, server.timesClosed.get());
    }
  }

  @Test
  void aLoopThatEndsBeforeItStartsGivesItsListenerUp() throws Exception {
    try (var server = new GroupServer(Backend.EPOLL, 3)) {
      server.loops.get(0).start();
      server.loops.get(1).start();
      server.acceptor = server.openOnFirst(Addresses.ANY_PORT, true);
      server.loops.get(2).close();
      assertEquals(1, server.errors.size(), server.errors::toString);
      assertTrue(server.errors.poll().getMessage().startsWith("accepting on fd "));

      List<SocketChannel> channels = connect(server, 40);
      for (SocketChannel channel : channels) {
        awaitEcho(channel);
      }

      assertEquals(0, server.timesClosed.get());
      closeAll(channels);
      server.acceptor.close();
      Waiting.until(() -> server.timesClosed.get() == 1);
    }
  }

  @Test
  void aPortThatIsTakenLeavesNothingOpen() throws Exception {
    try (var server = new GroupServer(Backend.EPOLL, 3);
        var other = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      server.group.start();
      NativeIoException taken =
          assertThrows(
              NativeIoException.class, () -> server.openOnFirst(other.getLocalAddress(), true));
      assertTrue(taken.getMessage().contains("EADDRINUSE"), taken.getMessage());
    }
  }

  @Test
  void onlyOneSocketCanHaveAPath(@TempDir Path directory) throws Exception {
    try (var server = new GroupServer(Backend.EPOLL, 2)) {
      server.group.start();
      var path = UnixDomainSocketAddress.of(directory.resolve("socket"));
      assertThrows(IllegalArgumentException.class, () -> server.openOnFirst(path, true));
    }
  }

  @Test
  void aGroupThatIsClosedTakesNoListeners() throws Exception {
    try (var binding = new RunningLoop()) {
      ZLoopGroup closed = ZLoopGroup.builder().size(2).build();
      closed.close();
      assertThrows(
          RejectedExecutionException.class,
          () ->
              binding.call(() ->
                  GroupAcceptor.openPerLoop(
                      binding.loop,
                      closed,
                      Addresses.ANY_PORT,
                      SocketOptions.DEFAULT,
                      new Unwanted())));
    }
  }

  // ---- what the tests share

  private static List<SocketChannel> connect(GroupServer server, int count) throws Exception {
    List<SocketChannel> channels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      channels.add(SocketChannel.open(server.address()));
    }
    return channels;
  }

  private static void awaitEcho(SocketChannel channel) throws Exception {
    channel.write(ByteBuffer.wrap(new byte[] {7}));
    ByteBuffer answer = ByteBuffer.allocate(1);
    assertEquals(1, channel.read(answer));
    assertEquals(7, answer.get(0));
  }

  private static boolean echoes(SocketChannel channel) {
    try {
      channel.write(ByteBuffer.wrap(new byte[] {7}));
      return channel.read(ByteBuffer.allocate(1)) == 1;
    } catch (IOException reset) {
      return false;
    }
  }

  private static void closeAll(List<SocketChannel> channels) throws Exception {
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A handler of connections that never come. */
  private static final class Unwanted implements GroupAcceptor.Handler {

    @Override
    public void onAccepted(EventLoop home, int fd) {
      throw new AssertionError("accepted fd " + fd);
    }

    @Override
    public void onClosed() {}
  }
}
