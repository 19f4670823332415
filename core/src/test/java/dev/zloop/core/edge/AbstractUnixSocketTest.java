package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.nativereactor.AbstractUnixAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Unix sockets with abstract names, which only Linux has. */
@ExtendWith(OpenDescriptors.class)
class AbstractUnixSocketTest {
  private final SocketAddress address = name();

  @BeforeAll
  static void assumeLinux() {
    assumeTrue(System.getProperty("os.name").equals("Linux"));
  }

  /** Nobody else's. */
  private static SocketAddress name() {
    return AbstractUnixAddress.of("zloop-test-" + UUID.randomUUID());
  }

  @Test
  void aNameIsBoundAndConnectedTo() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, accepted);
      var outcome = new Outcome();

      connect(loop, null, outcome);
      StreamIo client = outcome.stream();
      int server = accepted.next();

      assertEquals(address, acceptor.localAddress());
      assertEquals(address, loop.call(() -> Sockets.remoteAddress(loop.loop, client.fd())));
      assertEquals(address, loop.call(() -> Sockets.localAddress(loop.loop, server)));
      assertEquals(
          UnixDomainSocketAddress.of(""),
          loop.call(() -> Sockets.remoteAddress(loop.loop, server)));
      close(loop, client, server);
    }
  }

  @Test
  void aClientCanHaveANameToo() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      open(loop, accepted);
      var outcome = new Outcome();
      SocketAddress own = name();

      connect(loop, own, outcome);
      StreamIo client = outcome.stream();
      int server = accepted.next();

      assertEquals(own, loop.call(() -> Sockets.remoteAddress(loop.loop, server)));
      close(loop, client, server);
    }
  }

  @Test
  void aNameThatIsTakenIsInUseAndTheMessageSaysSo() throws Exception {
    try (var loop = new RunningLoop()) {
      open(loop, new Accepted());

      var failure = assertThrows(NativeIoException.class, () -> open(loop, new Accepted()));

      assertEquals(
          "bind("
              + address
              + "): EADDRINUSE (Address already in use);"
              + " another socket has this name (ss -lxp tells whose): choose another",
          failure.getMessage());
    }
  }

  @Test
  void aNameIsFreeAgainWhenItsListenerIsClosed() throws Exception {
    try (var loop = new RunningLoop()) {
      for (int i = 0; i < 3; i++) {
        var accepted = new Accepted();
        Acceptor acceptor = open(loop, accepted);
        loop.run(acceptor::close);
        accepted.awaitClosed();
      }
    }
  }

  @Test
  void aConnectToANameThatNobodyBoundSaysSo() throws Exception {
    try (var loop = new RunningLoop()) {
      var outcome = new Outcome();

      connect(loop, null, outcome);

      assertEquals(
          "connect("
              + address
              + "): ECONNREFUSED (Connection refused); no server has bound this name",
          outcome.failure().getMessage());
    }
  }

  private Acceptor open(RunningLoop loop, Accepted accepted) throws Exception {
    return loop.call(() -> Acceptor.open(loop.loop, address, SocketOptions.DEFAULT, accepted));
  }

  private void connect(RunningLoop loop, SocketAddress local, Outcome outcome) throws Exception {
    loop.call(() ->
        Connector.connect(
            loop.loop, address, local, SocketOptions.DEFAULT, Duration.ofSeconds(30), outcome));
  }

  private static void close(RunningLoop loop, StreamIo client, int server) throws Exception {
    loop.run(() -> {
      client.close(false);
      Sockets.close(loop.loop, server);
    });
  }
}
