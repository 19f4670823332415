package dev.zloop.core.edge;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IPV6;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_TCP;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_V6ONLY;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_KEEPALIVE;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_LINGER;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_RCVBUF;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_REUSEADDR;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_REUSEPORT;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_SNDBUF;
import static dev.zloop.nativereactor.sys.SocketConstants.TCP_KEEPCNT;
import static dev.zloop.nativereactor.sys.SocketConstants.TCP_KEEPIDLE;
import static dev.zloop.nativereactor.sys.SocketConstants.TCP_KEEPINTVL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.SocketOptions.KeepAlive;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The kernel is asked what it was told. */
@ExtendWith(OpenDescriptors.class)
class SocketOptionsTest {
  private static final SocketOptions DEFAULT = SocketOptions.DEFAULT;
  private static final SocketAddress IPV4 = Addresses.ANY_PORT;
  private static final SocketAddress IPV6 = Addresses.of("::1", 0);

  /** The kernel doubles what it is given. socket(7) */
  private static final int BUFFER_BYTES = 32 << 10;

  // ---- listeners

  @Test
  void aListenerReusesItsAddressUnlessToldOtherwise() throws Exception {
    assertEquals(1, ofListener(IPV4, DEFAULT, SOL_SOCKET, SO_REUSEADDR));
    assertEquals(0, ofListener(IPV4, DEFAULT.withReuseAddress(false), SOL_SOCKET, SO_REUSEADDR));
  }

  @Test
  void aListenerSharesItsPortOnlyIfToldSo() throws Exception {
    assertEquals(0, ofListener(IPV4, DEFAULT, SOL_SOCKET, SO_REUSEPORT));
    assertEquals(1, ofListener(IPV4, DEFAULT.withReusePort(true), SOL_SOCKET, SO_REUSEPORT));
  }

  @Test
  void aListenerOnIpv6TakesIpv4UnlessToldOtherwise() throws Exception {
    assumeTrue(Addresses.hasIpv6());
    assertEquals(0, ofListener(IPV6, DEFAULT, IPPROTO_IPV6, IPV6_V6ONLY));
    assertEquals(1, ofListener(IPV6, DEFAULT.withV6Only(true), IPPROTO_IPV6, IPV6_V6ONLY));
  }

  @Test
  void aListenersBuffersAreSet() throws Exception {
    SocketOptions options =
        DEFAULT.withReceiveBufferBytes(BUFFER_BYTES).withSendBufferBytes(BUFFER_BYTES);
    assertEquals(2 * BUFFER_BYTES, ofListener(IPV4, options, SOL_SOCKET, SO_RCVBUF));
    assertEquals(2 * BUFFER_BYTES, ofListener(IPV4, options, SOL_SOCKET, SO_SNDBUF));
  }

  @Test
  void theBacklogIsTheOneOfListen() throws Exception {
    try (var loop = new TurnedLoop()) {
      Acceptor.open(loop.loop, IPV4, DEFAULT, new Accepted());
      Acceptor.open(loop.loop, IPV4, DEFAULT.withBacklog(7), new Accepted());

      assertTrue(
          loop.calls.stream()
              .filter(call -> call.startsWith("listen"))
              .map(call -> call.replaceFirst(".*, ", ""))
              .toList()
              .equals(List.of("1024]", "7]")));
    }
  }

  @Test
  void aConnectionInheritsItsListenersBuffers() throws Exception {
    try (var loop = new RunningLoop()) {
      var accepted = new Accepted();
      SocketOptions options = DEFAULT.withReceiveBufferBytes(BUFFER_BYTES);
      Acceptor acceptor = loop.call(() -> Acceptor.open(loop.loop, IPV4, options, accepted));

      try (var client = SocketChannel.open(acceptor.localAddress())) {
        int fd = accepted.next();
        assertEquals(2 * BUFFER_BYTES, Options.get(loop, fd, SOL_SOCKET, SO_RCVBUF));
        loop.run(() -> Sockets.close(loop.loop, fd));
        assertTrue(client.isConnected());
      }
    }
  }

  private static int ofListener(SocketAddress address, SocketOptions options, int level, int option)
      throws Exception {
    try (var loop = new RunningLoop()) {
      RawSocket socket = loop.call(() -> RawSocket.open(loop.loop, address));
      loop.run(() -> OptionWriter.writeListener(options, socket));
      int value = Options.get(loop, socket.fd(), level, option);
      loop.run(socket::close);
      return value;
    }
  }

  // ---- connections

  @Test
  void aConnectionDoesNotDelayUnlessToldOtherwise() throws Exception {
    try (var loop = new RunningLoop()) {
      int fd = configured(loop, IPV4, DEFAULT);
      assertEquals(1, Options.noDelay(loop, fd));
      loop.run(() -> Sockets.configure(loop.loop, fd, DEFAULT.withNoDelay(false)));
      assertEquals(0, Options.noDelay(loop, fd));
      loop.run(() -> Sockets.close(loop.loop, fd));
    }
  }

  @Test
  void keepAliveIsSetWithItsTimes() throws Exception {
    var keepAlive = new KeepAlive(Duration.ofMinutes(2), Duration.ofSeconds(7), 5);
    try (var loop = new RunningLoop()) {
      int fd = configured(loop, IPV4, DEFAULT.withKeepAlive(keepAlive));
      assertEquals(1, Options.get(loop, fd, SOL_SOCKET, SO_KEEPALIVE));
      assertEquals(120, Options.get(loop, fd, IPPROTO_TCP, TCP_KEEPIDLE));
      assertEquals(7, Options.get(loop, fd, IPPROTO_TCP, TCP_KEEPINTVL));
      assertEquals(5, Options.get(loop, fd, IPPROTO_TCP, TCP_KEEPCNT));
      loop.run(() -> Sockets.close(loop.loop, fd));
    }
  }

  @Test
  void aConnectionIsNotKeptAliveByItself() throws Exception {
    try (var loop = new RunningLoop()) {
      int fd = configured(loop, IPV4, DEFAULT);
      assertEquals(0, Options.get(loop, fd, SOL_SOCKET, SO_KEEPALIVE));
      loop.run(() -> Sockets.close(loop.loop, fd));
    }
  }

  @Test
  void aLingerOfZeroIsSet() throws Exception {
    try (var loop = new RunningLoop()) {
      int fd = configured(loop, IPV4, DEFAULT);
      assertEquals(0, Options.get(loop, fd, SOL_SOCKET, SO_LINGER, 0));
      loop.run(() -> Sockets.configure(loop.loop, fd, DEFAULT.withLinger(Duration.ZERO)));
      assertEquals(1, Options.get(loop, fd, SOL_SOCKET, SO_LINGER, 0));
      assertEquals(0, Options.get(loop, fd, SOL_SOCKET, SO_LINGER, Integer.BYTES));
      loop.run(() -> Sockets.close(loop.loop, fd));
    }
  }

  @Test
  void aConnectionsBuffersAreSet() throws Exception {
    SocketOptions options =
        DEFAULT.withReceiveBufferBytes(BUFFER_BYTES).withSendBufferBytes(2 * BUFFER_BYTES);
    try (var loop = new RunningLoop()) {
      int fd = configured(loop, IPV4, options);
      assertEquals(2 * BUFFER_BYTES, Options.get(loop, fd, SOL_SOCKET, SO_RCVBUF));
      assertEquals(4 * BUFFER_BYTES, Options.get(loop, fd, SOL_SOCKET, SO_SNDBUF));
      loop.run(() -> Sockets.close(loop.loop, fd));
    }
  }

  @Test
  void aUnixSocketTakesTheBuffersAndLeavesWhatIsTcps() throws Exception {
    SocketOptions options =
        DEFAULT
            .withSendBufferBytes(BUFFER_BYTES)
            .withLinger(Duration.ZERO)
            .withKeepAlive(new KeepAlive(Duration.ofSeconds(1), Duration.ofSeconds(1), 1));
    try (var loop = new RunningLoop()) {
      int fd = configured(loop, UnixDomainSocketAddress.of("any"), options);
      assertEquals(AF_UNIX, loop.call(() -> new RawSocket(loop.loop, fd).family()));
      assertEquals(2 * BUFFER_BYTES, Options.get(loop, fd, SOL_SOCKET, SO_SNDBUF));
      assertEquals(0, Options.get(loop, fd, SOL_SOCKET, SO_KEEPALIVE));
      loop.run(() -> Sockets.close(loop.loop, fd));
    }
  }

  private static int configured(RunningLoop loop, SocketAddress family, SocketOptions options)
      throws Exception {
    int fd = loop.call(() -> RawSocket.open(loop.loop, family).fd());
    loop.run(() -> Sockets.configure(loop.loop, fd, options));
    return fd;
  }

  // ---- the record

  @Test
  void theDefaultsAreTheOnesThatAreDocumented() {
    assertEquals(
        new SocketOptions(1024, true, false, false, true, Optional.empty(), Optional.empty(), 0, 0),
        DEFAULT);
  }

  @Test
  void eachWitherChangesItsOwnComponent() {
    var keepAlive = new KeepAlive(Duration.ofSeconds(1), Duration.ofSeconds(2), 3);
    SocketOptions all =
        DEFAULT
            .withBacklog(1)
            .withReuseAddress(false)
            .withReusePort(true)
            .withV6Only(true)
            .withNoDelay(false)
            .withKeepAlive(keepAlive)
            .withLinger(Duration.ZERO)
            .withReceiveBufferBytes(2)
            .withSendBufferBytes(3);
    assertEquals(
        new SocketOptions(
            1, false, true, true, false, Optional.of(keepAlive), Optional.of(Duration.ZERO), 2, 3),
        all);
  }

  @Test
  void whatIsOutOfRangeIsRefusedWithItsNameAndRange() {
    assertRefused("backlog is -1, expected 0 or more", () -> DEFAULT.withBacklog(-1));
    assertRefused(
        "receiveBufferBytes is -2, expected 0 or more", () -> DEFAULT.withReceiveBufferBytes(-2));
    assertRefused(
        "sendBufferBytes is -3, expected 0 or more", () -> DEFAULT.withSendBufferBytes(-3));
    assertRefused(
        "linger is PT5S, expected zero: with any other close(2) would block the loop for that long",
        () -> DEFAULT.withLinger(Duration.ofSeconds(5)));
    Duration second = Duration.ofSeconds(1);
    assertRefused(
        "idle is PT0.5S, expected 1 to 32767 whole seconds",
        () -> new KeepAlive(Duration.ofMillis(500), second, 1));
    assertRefused(
        "interval is PT9H6M8S, expected 1 to 32767 whole seconds",
        () -> new KeepAlive(second, Duration.ofSeconds(32768), 1));
    assertRefused(
        "count is 128, expected 1 to 127 probes", () -> new KeepAlive(second, second, 128));
  }

  private static void assertRefused(String message, Runnable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }
}
