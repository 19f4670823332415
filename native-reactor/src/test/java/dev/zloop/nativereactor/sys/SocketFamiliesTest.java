package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.LinuxSyscallsTest.assertErrno;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET6;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IPV6;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_V6ONLY;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IPv6 and Unix sockets: the addresses that the kernel itself makes, and bytes over both. */
class SocketFamiliesTest {
  private final Sockets sockets = new Sockets();

  @AfterEach
  void close() {
    sockets.close();
  }

  @Test
  void bytesGoOverIpv6() {
    assumeIpv6();
    Sockets.Pair pair = sockets.pair(anyPort("::1"));
    assertEquals(sockets.localAddress(pair.near()), sockets.peerAddress(pair.far()));
    ok(sockets.send(pair.near(), "six"));
    assertEquals("six", sockets.recvText(pair.far()));
  }

  @Test
  void anIpv4PeerOfAnIpv6SocketHasAnIpv4Address() {
    assumeIpv6();
    int listener = sockets.socket(AF_INET6, 0);
    ok(sockets.setOption(listener, IPPROTO_IPV6, IPV6_V6ONLY, 0));
    ok(sockets.bind(listener, anyPort("::")));
    ok(sockets.syscalls.listen(listener, 1));
    int port = ((InetSocketAddress) sockets.localAddress(listener)).getPort();

    int near = sockets.socket(SocketConstants.AF_INET, 0);
    ok(sockets.connect(near, new InetSocketAddress("127.0.0.1", port)));
    int far = sockets.adopt(sockets.syscalls.accept4(listener, SOCK_NONBLOCK | SOCK_CLOEXEC));
    assertEquals(sockets.localAddress(near), sockets.peerAddress(far));
  }

  @Test
  void bytesGoOverAUnixSocketWhoseClientIsUnnamed(@TempDir Path directory) {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    Sockets.Pair pair = sockets.pair(address);
    assertEquals(address, sockets.localAddress(pair.far()));
    assertEquals(address, sockets.peerAddress(pair.near()));
    assertEquals(UnixDomainSocketAddress.of(""), sockets.localAddress(pair.near()));
    assertEquals(UnixDomainSocketAddress.of(""), sockets.peerAddress(pair.far()));
    ok(sockets.send(pair.near(), "unix"));
    assertEquals("unix", sockets.recvText(pair.far()));
  }

  @Test
  void bindingAnUnnamedAddressGivesAnAbstractName() {
    int fd = sockets.socket(AF_UNIX, 0);
    ok(sockets.bind(fd, UnixDomainSocketAddress.of("")));
    String name = sockets.localAddress(fd).toString();
    assertTrue(name.matches("@[0-9a-f]{5}"), name);
  }

  @Test
  void aUnixPathIsBoundOnceAndNeedsItsDirectory(@TempDir Path directory) {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    sockets.listener(address, 0);
    int fd = sockets.socket(AF_UNIX, 0);
    assertErrno(Errno.EADDRINUSE, sockets.bind(fd, address));
    Path missing = directory.resolve("missing").resolve("socket");
    assertErrno(Errno.ENOENT, sockets.bind(fd, UnixDomainSocketAddress.of(missing)));
    assertErrno(Errno.ENOENT, sockets.connect(fd, UnixDomainSocketAddress.of(missing)));
  }

  private void assumeIpv6() {
    int fd = sockets.syscalls.socket(AF_INET6, SocketConstants.SOCK_STREAM | SOCK_CLOEXEC, 0);
    assumeTrue(fd >= 0, "the kernel has no IPv6");
    sockets.adopt(fd);
    assumeTrue(sockets.bind(fd, anyPort("::1")) == 0, "there is no ::1");
  }
}
