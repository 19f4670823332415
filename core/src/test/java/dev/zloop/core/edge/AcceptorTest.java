package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OpenDescriptors.class)
class AcceptorTest {
  private static final SocketOptions OPTIONS = SocketOptions.DEFAULT;

  @Test
  void takesConnectionsOnAPortThatTheKernelChose() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, Addresses.ANY_PORT, OPTIONS, accepted);
      InetSocketAddress address = (InetSocketAddress) acceptor.localAddress();
      assertTrue(address.getPort() > 0);

      try (var client = SocketChannel.open(address)) {
        int fd = accepted.next();
        assertEquals(
            client.getLocalAddress(), loop.call(() -> Sockets.remoteAddress(loop.loop, fd)));
        assertEquals(address, loop.call(() -> Sockets.localAddress(loop.loop, fd)));
        loop.run(() -> Sockets.close(loop.loop, fd));
      }
    }
  }

  @Test
  void whatItAcceptsIsNonBlockingAndCloseOnExec() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, Addresses.ANY_PORT, OPTIONS, accepted);

      try (var client = SocketChannel.open(acceptor.localAddress())) {
        int fd = accepted.next();
        int both = OpenDescriptors.O_NONBLOCK | OpenDescriptors.O_CLOEXEC;
        assertEquals(both, OpenDescriptors.flags(fd) & both);
        loop.run(() -> Sockets.close(loop.loop, fd));
        assertTrue(client.isConnected());
      }
    }
  }

  @Test
  void bindingTwiceNamesTheAddressAndSaysWhatToTry() throws Exception {
    try (var loop = new RunningLoop()) {
      SocketAddress taken = open(loop, Addresses.ANY_PORT, OPTIONS, new Accepted()).localAddress();

      NativeIoException failure =
          assertThrows(NativeIoException.class, () -> open(loop, taken, OPTIONS, new Accepted()));

      assertEquals(
          "bind(127.0.0.1:"
              + Addresses.port(taken)
              + "): EADDRINUSE (Address already in use); another socket has this port"
              + " (ss -ltnp tells whose): choose another, or 0 for any",
          failure.getMessage());
      assertEquals("EADDRINUSE", failure.errnoName());
    }
  }

  @Test
  void anAddressOfAnotherMachineIsExplained() throws Exception {
    try (var loop = new RunningLoop()) {
      // RFC 5737: nobody has this address.
      SocketAddress foreign = Addresses.of("192.0.2.1", 0);

      NativeIoException failure =
          assertThrows(NativeIoException.class, () -> open(loop, foreign, OPTIONS, new Accepted()));

      assertTrue(failure.getMessage().startsWith("bind(192.0.2.1:0): EADDRNOTAVAIL"));
      assertTrue(failure.getMessage().contains("this machine does not have this address"));
    }
  }

  @Test
  void aNameIsNoAddressToListenOn() throws Exception {
    try (var loop = new RunningLoop()) {
      SocketAddress name = InetSocketAddress.createUnresolved("a.test", 0);

      assertThrows(IllegalArgumentException.class, () -> open(loop, name, OPTIONS, new Accepted()));
    }
  }

  @Test
  void severalMayShareAPortIfAllSaySo() throws Exception {
    try (var loop = new RunningLoop()) {
      SocketOptions sharing = OPTIONS.withReusePort(true);
      SocketAddress shared = open(loop, Addresses.ANY_PORT, sharing, new Accepted()).localAddress();

      assertEquals(shared, open(loop, shared, sharing, new Accepted()).localAddress());
      assertThrows(NativeIoException.class, () -> open(loop, shared, OPTIONS, new Accepted()));
    }
  }

  @Test
  void listensOnIpv6() throws Exception {
    assumeTrue(Addresses.hasIpv6());
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, Addresses.of("::1", 0), OPTIONS, accepted);

      assertReachable(loop, acceptor.localAddress(), accepted);

      assertEquals(
          "Acceptor[[0:0:0:0:0:0:0:1]:" + Addresses.port(acceptor.localAddress()) + "]",
          acceptor.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void theWildcardOfIpv6TakesBothFamilies(String literal) throws Exception {
    assumeTrue(Addresses.hasIpv6());
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, Addresses.of("::", 0), OPTIONS, accepted);

      int port = Addresses.port(acceptor.localAddress());
      assertReachable(loop, Addresses.of(literal, port), accepted);
    }
  }

  @Test
  void theWildcardOfIpv6TakesNoIpv4IfToldSo() throws Exception {
    assumeTrue(Addresses.hasIpv6());
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, Addresses.of("::", 0), OPTIONS.withV6Only(true), accepted);

      int port = Addresses.port(acceptor.localAddress());
      assertReachable(loop, Addresses.of("::1", port), accepted);
      assertRefused(Addresses.of("127.0.0.1", port));
    }
  }

  @Test
  void theWildcardOfIpv4TakesEveryAddress() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      Acceptor acceptor = open(loop, Addresses.of("0.0.0.0", 0), OPTIONS, accepted);

      assertReachable(
          loop, Addresses.of("127.0.0.2", Addresses.port(acceptor.localAddress())), accepted);
    }
  }

  private static Acceptor open(
      RunningLoop loop, SocketAddress address, SocketOptions options, Accepted accepted)
      throws Exception {
    return loop.call(() -> Acceptor.open(loop.loop, address, options, accepted));
  }

  private static void assertReachable(RunningLoop loop, SocketAddress address, Accepted accepted)
      throws Exception {
    try (var client = SocketChannel.open(address)) {
      int fd = accepted.next();
      // An IPv4 client has an IPv4 address, also where IPv6 listens.
      assertEquals(client.getLocalAddress(), loop.call(() -> Sockets.remoteAddress(loop.loop, fd)));
      loop.run(() -> Sockets.close(loop.loop, fd));
    }
  }

  private static void assertRefused(SocketAddress address) {
    assertThrows(
        ConnectException.class,
        () -> {
          try (var client = SocketChannel.open(address)) {
            throw new IOException("connected: " + client);
          }
        });
  }
}
