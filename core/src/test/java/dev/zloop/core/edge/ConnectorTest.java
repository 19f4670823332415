package dev.zloop.core.edge;

import static dev.zloop.core.edge.Connects.TIMEOUT;
import static dev.zloop.core.edge.Connects.assertConnected;
import static dev.zloop.core.edge.Connects.close;
import static dev.zloop.core.edge.Connects.connect;
import static dev.zloop.core.edge.Connects.connectFrom;
import static dev.zloop.core.edge.Connects.connectWithin;
import static dev.zloop.core.edge.Connects.lookup;
import static dev.zloop.core.edge.Connects.plan;
import static dev.zloop.core.edge.Connects.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connect to one address or several, and what its failures say. */
@ExtendWith(OpenDescriptors.class)
class ConnectorTest {
  // ---- it connects

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void connectsToAnAddress(String literal) throws Exception {
    assumeTrue(literal.equals("127.0.0.1") || Addresses.hasIpv6());
    try (var loop = new RunningLoop();
        var server = ServerSocketChannel.open().bind(Addresses.of(literal, 0))) {
      var outcome = new Outcome();

      connect(loop, server.getLocalAddress(), outcome);

      assertConnected(loop, server, outcome);
    }
  }

  @Test
  void connectsToALiteralThatIsNotResolvedYet() throws Exception {
    try (var loop = new RunningLoop();
        var server = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      var outcome = new Outcome();
      int port = Addresses.port(server.getLocalAddress());

      connect(loop, InetSocketAddress.createUnresolved("127.0.0.1", port), outcome);

      assertConnected(loop, server, outcome);
    }
  }

  @Test
  void connectsFromTheLocalAddressThatIsAskedFor() throws Exception {
    try (var loop = new RunningLoop();
        var server = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      var outcome = new Outcome();
      SocketAddress local = Addresses.of("127.0.0.3", 0);

      connectFrom(loop, local, server.getLocalAddress(), outcome);
      outcome.stream();

      try (var accepted = server.accept()) {
        InetSocketAddress client = (InetSocketAddress) accepted.getRemoteAddress();
        assertEquals("127.0.0.3", client.getAddress().getHostAddress());
      }
      close(loop, outcome);
    }
  }

  @Test
  void theSocketIsNonBlockingAndCloseOnExecAndHasItsOptions() throws Exception {
    try (var loop = new RunningLoop();
        var server = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      var outcome = new Outcome();

      connect(loop, server.getLocalAddress(), outcome);

      int fd = outcome.stream().fd();
      int both = OpenDescriptors.O_NONBLOCK | OpenDescriptors.O_CLOEXEC;
      assertEquals(both, OpenDescriptors.flags(fd) & both);
      assertEquals(1, Options.noDelay(loop, fd));
      close(loop, outcome);
    }
  }

  @Test
  void nothingIsToldWithinTheCall() throws Exception {
    try (var loop = new RunningLoop();
        var refusing = new RefusingPort()) {
      var outcome = new Outcome();
      loop.run(() -> {
        start(loop, refusing.address(), outcome);
        assertFalse(outcome.isTold());
      });
      outcome.failure();
    }
  }

  // ---- it fails

  @Test
  void aRefusedConnectSaysByWhom() throws Exception {
    try (var loop = new RunningLoop();
        var refusing = new RefusingPort()) {
      var outcome = new Outcome();

      connect(loop, refusing.address(), outcome);

      NativeIoException failure = outcome.failure(NativeIoException.class);
      assertEquals(
          "connect(127.0.0.1:" + refusing.port() + "): ECONNREFUSED (Connection refused)",
          failure.getMessage());
      assertEquals(Errno.ECONNREFUSED, failure.errno());
    }
  }

  @Test
  void aHostThatIsNotFoundIsNamed() throws Exception {
    try (var loop = new RunningLoop()) {
      var outcome = new Outcome();

      connect(
          loop,
          host -> {
            throw new UnknownHostException(host + ": Name or service not known");
          },
          80,
          outcome);

      UnknownHostException failure = outcome.failure(UnknownHostException.class);
      assertEquals("a.test: Name or service not known", failure.getMessage());
    }
  }

  @Test
  void aSocketThatCannotBeMadeIsAFailure() throws Exception {
    try (var loop = new TurnedLoop()) {
      var outcome = new Outcome();
      loop.failures.put("socket", Errno.EMFILE);

      start(loop, Addresses.of("127.0.0.1", 80), outcome);
      loop.settle();

      assertEquals(
          "socket for 127.0.0.1:80: EMFILE (Too many open files);"
              + " raise this process's limit of open files (ulimit -n)",
          outcome.failure().getMessage());
    }
  }

  @Test
  void anOptionThatCannotBeSetIsAFailure() throws Exception {
    try (var loop = new TurnedLoop()) {
      var outcome = new Outcome();
      loop.failures.put("setsockopt", Errno.ENOPROTOOPT);

      start(loop, Addresses.of("127.0.0.1", 80), outcome);
      loop.settle();

      assertTrue(outcome.failure().getMessage().contains("TCP_NODELAY): ENOPROTOOPT"));
    }
  }

  @Test
  void aLocalAddressOfAnotherFamilyIsAFailure() throws Exception {
    try (var loop = new RunningLoop()) {
      var outcome = new Outcome();
      connectFrom(loop, Addresses.of("::1", 0), Addresses.of("127.0.0.1", 80), outcome);

      assertEquals(
          "connect(127.0.0.1:80): the local address is of another family: [0:0:0:0:0:0:0:1]:0",
          outcome.failure().getMessage());
    }
  }

  @Test
  void aTimeoutThatIsNotPositiveIsRefused() throws Exception {
    try (var loop = new RunningLoop()) {
      SocketAddress remote = Addresses.of("127.0.0.1", 80);

      assertThrows(
          IllegalArgumentException.class,
          () -> connectWithin(loop, remote, Duration.ZERO, new Outcome()));
    }
  }

  @Test
  void aSocketThatMeetsItselfIsRefused() throws Exception {
    try (var loop = new RunningLoop()) {
      // The kernel may pick the port that is being connected to; here it has no other choice.
      SocketAddress self = freeAddress();
      var outcome = new Outcome();

      connectFrom(loop, self, self, outcome);

      NativeIoException failure = outcome.failure(NativeIoException.class);
      assertEquals("ECONNREFUSED", failure.errnoName());
      assertTrue(failure.getMessage().contains("met itself"));
      ServerSocketChannel.open().bind(self).close(); // the port is free at once
    }
  }

  // ---- several addresses

  @Test
  void theNextAddressIsTriedWhenOneFails() throws Exception {
    try (var loop = new RunningLoop();
        var server = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      var outcome = new Outcome();

      connect(
          loop,
          lookup("127.0.0.2", "127.0.0.3", "127.0.0.1"),
          Addresses.port(server.getLocalAddress()),
          outcome);

      assertConnected(loop, server, outcome);
    }
  }

  @Test
  void whenAllFailTheLastIsToldAndTheOthersAreSuppressed() throws Exception {
    try (var loop = new RunningLoop();
        var refusing = new RefusingPort()) {
      var outcome = new Outcome();
      int port = refusing.port();

      connect(loop, lookup("127.0.0.1", "127.0.0.2", "127.0.0.3"), port, outcome);

      IOException failure = outcome.failure();
      assertTrue(failure.getMessage().startsWith("connect(127.0.0.3:" + port + ")"));
      assertEquals(2, failure.getSuppressed().length);
      assertTrue(failure.getSuppressed()[0].getMessage().contains("127.0.0.1"));
      assertTrue(failure.getSuppressed()[1].getMessage().contains("127.0.0.2"));
    }
  }

  @Test
  void oneTimeoutBoundsAllAddresses() throws Exception {
    try (var loop = new TurnedLoop();
        var full = new FullBacklog()) {
      var outcome = new Outcome();
      int port = full.address().getPort();
      Resolver.Lookup lookup = lookup("127.0.0.2", "127.0.0.1", "127.0.0.3");
      Connector.connect(loop.loop, plan(port), lookup, outcome);
      loop.settle();
      loop.advance(TIMEOUT.minusNanos(1));
      assertFalse(outcome.isTold());

      loop.advance(Duration.ofNanos(1));

      IOException failure = outcome.failure();
      assertEquals(
          "connect(a.test:" + port + ") within 30 s: ETIMEDOUT (Connection timed out)",
          failure.getMessage());
      assertEquals(2, failure.getSuppressed().length);
    }
  }

  private static SocketAddress freeAddress() throws IOException {
    try (var channel = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      return channel.getLocalAddress();
    }
  }
}
