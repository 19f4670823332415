package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.DatagramOptions;
import dev.zloop.core.NativeIoException;
import dev.zloop.core.transport.DatagramHandler;
import dev.zloop.core.transport.Datagrams;
import dev.zloop.core.transport.ReceivedDatagram;
import dev.zloop.core.transport.SocketIo;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.nativereactor.sys.Syscalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DatagramSocketsTest {
  private static final InetSocketAddress ANY_PORT = new InetSocketAddress("127.0.0.1", 0);

  @RegisterExtension final OpenDescriptors descriptors = new OpenDescriptors();
  private TurnedLoop turned;

  /** Nothing is heard here. */
  private static final DatagramHandler DEAF =
      new DatagramHandler() {
        @Override
        public void onReceived(ReceivedDatagram datagram) {}

        @Override
        public void onSent(Object owner, IOException failure) {}

        @Override
        public void onError(NativeIoException cause) {}

        @Override
        public void onClosed(IOException cause) {}
      };

  @BeforeEach
  void open() throws Exception {
    turned = new TurnedLoop();
  }

  @AfterEach
  void close() {
    turned.close();
  }

  private Datagrams bind(SocketAddress address, DatagramOptions options) throws IOException {
    return DatagramSockets.bind(turned.loop, address, options, datagrams -> DEAF);
  }

  private Datagrams connect(SocketAddress remote, Optional<SocketAddress> local)
      throws IOException {
    return DatagramSockets.connect(
        turned.loop, remote, local, DatagramOptions.DEFAULT, datagrams -> DEAF);
  }

  private int option(Datagrams datagrams, int level, int name) {
    Syscalls syscalls = SocketIo.of(turned.loop).syscalls();
    try (Region region = Region.allocate(16, 8)) {
      Memory.putInt(region.address() + 8, Integer.BYTES);
      assertEquals(
          0,
          syscalls.getsockopt(datagrams.fd(), level, name, region.address(), region.address() + 8));
      return Memory.getInt(region.address());
    }
  }

  @Test
  void everyOptionReachesTheKernel() throws Exception {
    NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.ofLiteral("::1"));
    DatagramOptions options =
        DatagramOptions.DEFAULT
            .withReuseAddress(true)
            .withReusePort(true)
            .withBroadcast(true)
            .withTtl(7)
            .withMulticastTtl(8)
            .withMulticastLoop(false)
            .withMulticastInterface(loopback)
            .withReceiveBufferBytes(20_000)
            .withSendBufferBytes(30_000);
    Datagrams four = bind(ANY_PORT, options);
    int socket = SocketConstants.SOL_SOCKET;
    assertEquals(1, option(four, socket, SocketConstants.SO_REUSEADDR));
    assertEquals(1, option(four, socket, SocketConstants.SO_REUSEPORT));
    assertEquals(1, option(four, socket, SocketConstants.SO_BROADCAST));
    assertEquals(40_000, option(four, socket, SocketConstants.SO_RCVBUF));
    assertEquals(60_000, option(four, socket, SocketConstants.SO_SNDBUF));
    int ip = SocketConstants.IPPROTO_IP;
    assertEquals(7, option(four, ip, SocketConstants.IP_TTL));
    assertEquals(8, option(four, ip, SocketConstants.IP_MULTICAST_TTL));
    assertEquals(0, option(four, ip, SocketConstants.IP_MULTICAST_LOOP));
    assertEquals(0, option(four, ip, SocketConstants.IP_MULTICAST_ALL));

    Datagrams six = bind(new InetSocketAddress("::1", 0), options.withV6Only(true));
    int ipv6 = SocketConstants.IPPROTO_IPV6;
    assertEquals(1, option(six, ipv6, SocketConstants.IPV6_V6ONLY));
    assertEquals(7, option(six, ipv6, SocketConstants.IPV6_UNICAST_HOPS));
    assertEquals(8, option(six, ipv6, SocketConstants.IPV6_MULTICAST_HOPS));
    assertEquals(0, option(six, ipv6, SocketConstants.IPV6_MULTICAST_LOOP));
    assertEquals(loopback.getIndex(), option(six, ipv6, SocketConstants.IPV6_MULTICAST_IF));
    assertEquals(8, option(six, ip, SocketConstants.IP_MULTICAST_TTL));
  }

  @Test
  void optionsOutOfRangeAreRefusedByName() {
    DatagramOptions options = DatagramOptions.DEFAULT;
    assertRefused("ttl is 256, expected 0 to 255", () -> options.withTtl(256));
    assertRefused("multicastTtl is -1", () -> options.withMulticastTtl(-1));
    assertRefused(
        "datagramBytesMax is 0, expected 1 to 65535", () -> options.withDatagramBytesMax(0));
    assertRefused("receiveBufferBytes is -1", () -> options.withReceiveBufferBytes(-1));
  }

  private interface Attempt {
    Object run() throws IOException;
  }

  private static void assertRefused(String beginning, Attempt attempt) {
    var refused = assertThrows(IllegalArgumentException.class, attempt::run);
    assertTrue(refused.getMessage().startsWith(beginning), refused::getMessage);
  }

  @Test
  void aPortThatIsTakenSaysSoAndNothingIsLeftOpen() throws Exception {
    Datagrams first = bind(ANY_PORT, DatagramOptions.DEFAULT);
    InetSocketAddress taken = DatagramSockets.localAddress(first);
    var failure = assertThrows(NativeIoException.class, () -> bind(taken, DatagramOptions.DEFAULT));
    assertEquals("EADDRINUSE", failure.errnoName());
    assertTrue(failure.getMessage().startsWith("bind(127.0.0.1:"), failure::getMessage);
    first.close();
    turned.settle();
    bind(taken, DatagramOptions.DEFAULT);
  }

  @Test
  void aRefusedConnectSaysWhereToAndNothingIsLeftOpen() {
    turned.failures.put("connect", Errno.ENETUNREACH);
    var failure =
        assertThrows(
            NativeIoException.class,
            () -> connect(new InetSocketAddress("127.0.0.1", 9), Optional.empty()));
    assertTrue(
        failure.getMessage().startsWith("connect(127.0.0.1:9): ENETUNREACH"), failure::getMessage);
  }

  @Test
  void aConnectedSocketIsBoundToWhereItWasTold() throws Exception {
    Datagrams peer = bind(ANY_PORT, DatagramOptions.DEFAULT);
    Datagrams connected =
        connect(
            DatagramSockets.localAddress(peer), Optional.of(new InetSocketAddress("127.0.0.2", 0)));
    assertEquals(
        "127.0.0.2", DatagramSockets.localAddress(connected).getAddress().getHostAddress());
  }

  @Test
  void whatIsNoIpAddressIsRefused() {
    var path = UnixDomainSocketAddress.of("/tmp/none");
    assertRefused("no IP address, which UDP needs", () -> bind(path, DatagramOptions.DEFAULT));
    assertRefused("no IP address, which UDP needs", () -> connect(path, Optional.empty()));
    var unresolved = InetSocketAddress.createUnresolved("somewhere", 1);
    assertRefused("unresolved: somewhere", () -> bind(unresolved, DatagramOptions.DEFAULT));
  }

  @Test
  void whatIsNoGroupIsNotJoined() throws Exception {
    Datagrams four = bind(ANY_PORT, DatagramOptions.DEFAULT);
    assertRefused(
        "/127.0.0.1 is no multicast group, expected 224.0.0.0 to 239.255.255.255",
        () -> {
          DatagramSockets.join(four, InetAddress.ofLiteral("127.0.0.1"), Optional.empty());
          return null;
        });
    assertRefused(
        "the group /ff01:0:0:0:0:0:0:7 is one of IPv6",
        () -> {
          DatagramSockets.join(four, InetAddress.ofLiteral("ff01::7"), Optional.empty());
          return null;
        });
    var notJoined =
        assertThrows(
            NativeIoException.class,
            () ->
                DatagramSockets.leave(four, InetAddress.ofLiteral("239.1.2.3"), Optional.empty()));
    assertTrue(
        notJoined.getMessage().contains("MCAST_LEAVE_GROUP 239.1.2.3"), notJoined::getMessage);
  }
}
