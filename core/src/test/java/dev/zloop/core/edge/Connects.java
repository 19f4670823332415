package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.edge.Connector.Plan;
import dev.zloop.core.transport.StreamIo;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.stream.Stream;

/** Connects as most tests need them. */
final class Connects {
  static final Duration TIMEOUT = Duration.ofSeconds(30);

  private Connects() {}

  /** On the loop's thread. */
  static Cancellable start(RunningLoop loop, SocketAddress remote, Connector.Callback callback) {
    return Connector.connect(loop.loop, remote, null, SocketOptions.DEFAULT, TIMEOUT, callback);
  }

  static Cancellable start(TurnedLoop loop, SocketAddress remote, Connector.Callback callback) {
    return Connector.connect(loop.loop, remote, null, SocketOptions.DEFAULT, TIMEOUT, callback);
  }

  static Cancellable connect(RunningLoop loop, SocketAddress remote, Outcome outcome)
      throws Exception {
    return loop.call(() -> start(loop, remote, outcome));
  }

  static Cancellable connectWithin(
      RunningLoop loop, SocketAddress remote, Duration timeout, Outcome outcome) throws Exception {
    return loop.call(
        () -> Connector.connect(loop.loop, remote, null, SocketOptions.DEFAULT, timeout, outcome));
  }

  static Cancellable connectFrom(
      RunningLoop loop, SocketAddress local, SocketAddress remote, Outcome outcome)
      throws Exception {
    return loop.call(
        () -> Connector.connect(loop.loop, remote, local, SocketOptions.DEFAULT, TIMEOUT, outcome));
  }

  /** To the name a.test, as the lookup resolves it. */
  static Cancellable connect(RunningLoop loop, Resolver.Lookup lookup, int port, Outcome outcome)
      throws Exception {
    return loop.call(() -> Connector.connect(loop.loop, plan(port), lookup, outcome));
  }

  static Plan plan(int port) {
    SocketAddress name = InetSocketAddress.createUnresolved("a.test", port);
    return new Plan(name, null, SocketOptions.DEFAULT, TIMEOUT);
  }

  static Resolver.Lookup lookup(String... literals) {
    return host -> Stream.of(literals).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
  }

  /** Both ends agree on each other's address; closes both. */
  static void assertConnected(RunningLoop loop, ServerSocketChannel server, Outcome outcome)
      throws Exception {
    int fd = outcome.stream().fd();
    try (var accepted = server.accept()) {
      assertEquals(
          accepted.getRemoteAddress(), loop.call(() -> Sockets.localAddress(loop.loop, fd)));
      assertEquals(
          accepted.getLocalAddress(), loop.call(() -> Sockets.remoteAddress(loop.loop, fd)));
    }
    close(loop, outcome);
  }

  static void close(RunningLoop loop, Outcome outcome) throws Exception {
    StreamIo stream = outcome.stream();
    loop.run(() -> stream.close(false));
  }
}
