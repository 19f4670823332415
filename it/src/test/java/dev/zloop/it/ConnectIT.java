package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.OpenDescriptors;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.SocketOption;
import dev.zloop.reactor.tcp.TcpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Hooks;

/** Connections that do not come about. */
class ConnectIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @Test
  void aRefusalNamesTheAddressAndTheError() throws IOException {
    int port;
    try (ServerSocketChannel listener = Peer.listen()) {
      port = listener.socket().getLocalPort();
    }
    TcpClient client = LOOPS.client(port);
    NativeIoException failure = Failures.of(NativeIoException.class, client.connect());
    assertEquals("ECONNREFUSED", failure.errnoName());
    Failures.assertMentions(failure, "connect", "127.0.0.1:" + port, "ECONNREFUSED");

    // connectNow throws it as the cause of something unchecked, with the same text.
    Failures.assertMentions(
        Failures.of(NativeIoException.class, client::connectNow), "127.0.0.1:" + port);
  }

  @Test
  void aMissingUnixPathIsNamed(@TempDir Path directory) {
    SocketAddress address = UnixDomainSocketAddress.of(directory.resolve("nobody"));
    TcpClient client = TcpClient.create().remoteAddress(() -> address).runOn(LOOPS.group());
    NativeIoException failure = Failures.of(NativeIoException.class, client.connect());
    Failures.assertMentions(failure, "nobody", "ENOENT");
  }

  @Test
  void aTimeoutNamesTheAddressAndTheTime() throws IOException {
    try (FullBacklog full = new FullBacklog()) {
      TcpClient client =
          LOOPS.client(full.port()).option(SocketOption.CONNECT_TIMEOUT, Duration.ofMillis(200));
      NativeIoException failure = Failures.of(NativeIoException.class, client.connect());
      assertEquals("ETIMEDOUT", failure.errnoName());
      Failures.assertMentions(failure, "127.0.0.1:" + full.port(), "200 ms", "ETIMEDOUT");
    }
  }

  @Test
  void aCancelledConnectLeavesNothingBehind() throws IOException {
    try (FullBacklog full = new FullBacklog()) {
      OpenDescriptors before = OpenDescriptors.now();
      AtomicBoolean told = new AtomicBoolean();
      Disposable connecting =
          LOOPS
              .client(full.port())
              .connect()
              .subscribe(connection -> told.set(true), error -> told.set(true));
      Await.until("a socket", () -> OpenDescriptors.now().sockets() > before.sockets());
      connecting.dispose();
      Await.until("no socket", () -> OpenDescriptors.now().isWithin(before));
      Turns.many(LOOPS.group());
      assertFalse(told.get());
    }
  }

  @Test
  void aConnectThatIsCancelledAtAnyMomentLeavesNothingBehind() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    OpenDescriptors before = OpenDescriptors.now();
    Queue<Object> told = new ConcurrentLinkedQueue<>();
    // What meets a subscriber that is just being cancelled: no publisher can tell that from the
    // cancel of one that has taken its value.
    Hooks.onNextDropped(told::add);
    try {
      for (int i = 0; i < 500; i++) {
        Disposable connecting = LOOPS.client(server.port()).connect().subscribe(told::add);
        for (int spins = i * 20; spins > 0 && !connecting.isDisposed(); spins--) {
          Thread.onSpinWait();
        }
        connecting.dispose();
      }
      Turns.many(LOOPS.group());
    } finally {
      Hooks.resetOnNextDropped();
    }
    told.forEach(connection -> ((Connection) connection).dispose());
    Await.until("no socket", () -> OpenDescriptors.now().isWithin(before));
    server.disposeNow();
  }

  @Test
  void aNameWithoutAddressIsNamed() {
    // The lookup may be slow: it has an executor of its own, and the connect all the time it wants.
    ExecutorService executor = Executors.newSingleThreadExecutor();
    ZLoop loop = ZLoop.builder().name("resolving").executor(executor).build().start();
    try {
      TcpClient client =
          TcpClient.create()
              .host("no-such-host.invalid")
              .port(7)
              .option(SocketOption.CONNECT_TIMEOUT, Duration.ofHours(1))
              .runOn(loop);
      UnknownHostException failure = Failures.of(UnknownHostException.class, client.connect());
      Failures.assertMentions(failure, "no-such-host.invalid");
    } finally {
      loop.close();
      executor.shutdown();
    }
    Await.completion(loop.onClosed());
  }

  @Test
  void theNextAddressOfANameIsTried() {
    // localhost is 127.0.0.1, and ::1 where there is IPv6: nobody listens on that.
    DisposableServer server = LOOPS.echoServer().bindNow();
    Connection client = LOOPS.client(server.port()).host("localhost").connectNow();
    assertEquals(server.port(), ((InetSocketAddress) client.address()).getPort());
    client.disposeNow();
    server.disposeNow();
  }

  @Test
  void aClientConnectsFromTheAddressItIsGiven() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    Connection client =
        LOOPS
            .client(server.port())
            .bindAddress(() -> new InetSocketAddress("127.0.0.2", 0))
            .connectNow();
    InetSocketAddress local = (InetSocketAddress) client.localAddress();
    assertEquals("127.0.0.2", local.getAddress().getHostAddress());
    client.disposeNow();
    server.disposeNow();
  }

  /** A port whose listener has all the connections that it lets wait: further ones hang. */
  private static final class FullBacklog implements AutoCloseable {
    private static final int BACKLOG = 1;

    private final ServerSocketChannel listener =
        ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0), BACKLOG);
    private final List<SocketChannel> waiting = new ArrayList<>();

    FullBacklog() throws IOException {
      for (int i = 0; i < 2 * BACKLOG + 2; i++) {
        SocketChannel channel = SocketChannel.open();
        waiting.add(channel);
        channel.configureBlocking(false);
        channel.connect(listener.getLocalAddress());
      }
      // Linux lets one more wait than it is told.
      Await.until("a full backlog", () -> connected() == BACKLOG + 1);
    }

    private long connected() {
      return waiting.stream().filter(FullBacklog::isConnected).count();
    }

    private static boolean isConnected(SocketChannel channel) {
      try {
        return channel.isConnected() || channel.finishConnect();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    int port() {
      return listener.socket().getLocalPort();
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel channel : waiting) {
        channel.close();
      }
      listener.close();
    }
  }
}
