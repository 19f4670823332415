package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_TCP;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_DONTWAIT;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.SocketConstants.SHUT_RDWR;
import static dev.zloop.nativereactor.sys.SocketConstants.SHUT_WR;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_STREAM;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_DOMAIN;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_ERROR;
import static dev.zloop.nativereactor.sys.SocketConstants.TCP_NODELAY;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinuxSyscallsTest {
  private static final int NO_DESCRIPTOR = -1;

  private final Sockets sockets = new Sockets();
  private final Syscalls syscalls = sockets.syscalls;

  @AfterEach
  void close() {
    sockets.close();
  }

  @Test
  void bytesGoFromSendToRecvBothWays() {
    Sockets.Pair pair = sockets.tcpPair();
    assertEquals(4, sockets.send(pair.near(), "ping"));
    assertEquals("ping", sockets.recvText(pair.far()));
    assertEquals(4, sockets.send(pair.far(), "pong"));
    assertEquals("pong", sockets.recvText(pair.near()));
  }

  @Test
  void sendmsgGathersItsBuffers() {
    Sockets.Pair pair = sockets.tcpPair();
    try (Region region = Region.allocate(256, 8)) {
      long vectors = region.address() + 64;
      long text = region.address() + 128;
      Memory.copyIn("worldhello, ".getBytes(), 0, 12, text);
      IoVec.set(vectors, 0, text + 5, 7);
      IoVec.set(vectors, 1, text, 5);
      assertEquals(text + 5, IoVec.base(vectors, 0));
      assertEquals(5, IoVec.length(vectors, 1));
      MsgHdr.setIoVecs(region.address(), vectors, 2);
      assertEquals(12, syscalls.sendmsg(pair.near(), region.address(), MSG_NOSIGNAL));
    }
    assertEquals("hello, world", sockets.recvText(pair.far()));
  }

  @Test
  void sendmsgRefusesMoreVectorsThanIovMax() {
    Sockets.Pair pair = sockets.tcpPair();
    int tooMany = IoVec.COUNT_MAX + 1;
    try (Region region = Region.allocate(64 + (long) tooMany * IoVec.SIZE, 8)) {
      MsgHdr.setIoVecs(region.address(), region.address() + 64, tooMany);
      assertErrno(Errno.EMSGSIZE, syscalls.sendmsg(pair.near(), region.address(), MSG_NOSIGNAL));
      MsgHdr.setIoVecs(region.address(), region.address() + 64, IoVec.COUNT_MAX);
      assertEquals(0, syscalls.sendmsg(pair.near(), region.address(), MSG_NOSIGNAL));
    }
  }

  @Test
  void descriptorsAreNonBlockingAndCloseOnExecFromBirth() {
    int listener = sockets.listener(anyPort("127.0.0.1"), SOCK_NONBLOCK);
    Sockets.Pair pair = sockets.tcpPair();
    for (int fd : new int[] {listener, pair.far()}) {
      assertTrue(Descriptors.isNonBlocking(fd));
      assertTrue(Descriptors.isCloseOnExec(fd));
    }
  }

  @Test
  void acceptTellsThatTheBacklogIsEmpty() {
    int listener = sockets.listener(anyPort("127.0.0.1"), SOCK_NONBLOCK);
    assertErrno(Errno.EAGAIN, syscalls.accept4(listener, 0));
  }

  @Test
  void recvTellsThatThereIsNothingYetAndThatTheStreamHasEnded() {
    Sockets.Pair pair = sockets.tcpPair();
    assertErrno(Errno.EAGAIN, sockets.recv(pair.far()));
    ok(syscalls.shutdown(pair.near(), SHUT_WR));
    assertEquals(0, sockets.recv(pair.far()));
  }

  @Test
  void sendTellsThatTheKernelIsFull() {
    Sockets.Pair pair = sockets.tcpPair();
    int result;
    do {
      result = sockets.sendMuch(pair.near());
    } while (result >= 0);
    assertErrno(Errno.EAGAIN, result);
  }

  @Test
  void sendAfterShutdownIsABrokenPipe() {
    Sockets.Pair pair = sockets.tcpPair();
    ok(syscalls.shutdown(pair.near(), SHUT_WR));
    assertErrno(Errno.EPIPE, sockets.send(pair.near(), "x"));
  }

  @Test
  void aResetIsToldByRecvOnceAndThenTheStreamHasEnded() {
    Sockets.Pair pair = sockets.tcpPair();
    sockets.resetOnClose(pair.near());
    sockets.close(pair.near());
    assertErrno(Errno.ECONNRESET, sockets.recv(pair.far()));
    assertEquals(0, sockets.recv(pair.far()));
    assertErrno(Errno.EPIPE, sockets.send(pair.far(), "x"));
  }

  @Test
  void aSecondBindFindsTheAddressInUse() {
    int first = sockets.listener(anyPort("127.0.0.1"), 0);
    int second = sockets.socket(AF_INET, 0);
    assertErrno(Errno.EADDRINUSE, sockets.bind(second, sockets.localAddress(first)));
  }

  @Test
  void anAddressOfAnotherMachineCannotBeBound() {
    int fd = sockets.socket(AF_INET, 0);
    assertErrno(Errno.EADDRNOTAVAIL, sockets.bind(fd, new InetSocketAddress("192.0.2.1", 0)));
  }

  @Test
  void connectToAPortWhereNobodyListensIsRefused() {
    int fd = sockets.socket(AF_INET, 0);
    assertErrno(Errno.ECONNREFUSED, sockets.connect(fd, sockets.refusingAddress()));
  }

  @Test
  void aNonBlockingConnectGoesOn() {
    int listener = sockets.listener(anyPort("127.0.0.1"), 0);
    int fd = sockets.socket(AF_INET, SOCK_NONBLOCK);
    assertErrno(Errno.EINPROGRESS, sockets.connect(fd, sockets.localAddress(listener)));
  }

  @Test
  void aSecondConnectFindsTheSocketConnected() {
    Sockets.Pair pair = sockets.tcpPair();
    assertErrno(Errno.EISCONN, sockets.connect(pair.near(), sockets.peerAddress(pair.near())));
  }

  @Test
  void eachEndKnowsTheAddressesOfBoth() {
    Sockets.Pair pair = sockets.tcpPair();
    assertEquals(sockets.localAddress(pair.near()), sockets.peerAddress(pair.far()));
    assertEquals(sockets.localAddress(pair.far()), sockets.peerAddress(pair.near()));
  }

  @Test
  void aSocketWithoutPeerHasNoPeersNameAndNothingToShutDown() {
    int fd = sockets.socket(AF_INET, 0);
    try (Region region = Region.allocate(256, 8)) {
      Memory.putInt(region.address(), SocketAddresses.MAX_LENGTH);
      assertErrno(
          Errno.ENOTCONN, syscalls.getpeername(fd, region.address() + 64, region.address()));
    }
    assertErrno(Errno.ENOTCONN, syscalls.shutdown(fd, SHUT_RDWR));
  }

  @Test
  void optionsAreSetAndGot() {
    int fd = sockets.socket(AF_INET, 0);
    assertEquals(AF_INET, sockets.option(fd, SOL_SOCKET, SO_DOMAIN));
    assertEquals(0, sockets.option(fd, IPPROTO_TCP, TCP_NODELAY));
    ok(sockets.setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1));
    assertEquals(1, sockets.option(fd, IPPROTO_TCP, TCP_NODELAY));
    assertEquals(0, sockets.option(fd, SOL_SOCKET, SO_ERROR));
    assertErrno(Errno.ENOPROTOOPT, sockets.setOption(fd, IPPROTO_TCP, 4711, 1));
  }

  @Test
  void aFamilyThatTheKernelLacksIsRefused() {
    assertErrno(Errno.EAFNOSUPPORT, syscalls.socket(4711, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }

  @Test
  void everyCallTellsThatThereIsNoSuchDescriptor() {
    try (Region region = Region.allocate(256, 8)) {
      long at = region.address();
      int fd = NO_DESCRIPTOR;
      assertErrno(Errno.EBADF, sockets.bind(fd, anyPort("127.0.0.1")));
      assertErrno(Errno.EBADF, syscalls.listen(fd, 1));
      assertErrno(Errno.EBADF, syscalls.accept4(fd, 0));
      assertErrno(Errno.EBADF, sockets.connect(fd, anyPort("127.0.0.1")));
      assertErrno(Errno.EBADF, syscalls.getsockname(fd, at, at + 128));
      assertErrno(Errno.EBADF, syscalls.getpeername(fd, at, at + 128));
      assertErrno(Errno.EBADF, syscalls.getsockopt(fd, SOL_SOCKET, SO_ERROR, at, at + 128));
      assertErrno(Errno.EBADF, syscalls.setsockopt(fd, SOL_SOCKET, SO_ERROR, at, 4));
      assertErrno(Errno.EBADF, syscalls.recv(fd, at, 1, MSG_DONTWAIT));
      assertErrno(Errno.EBADF, syscalls.send(fd, at, 1, MSG_NOSIGNAL));
      assertErrno(Errno.EBADF, syscalls.sendmsg(fd, at, MSG_NOSIGNAL));
      assertErrno(Errno.EBADF, syscalls.shutdown(fd, SHUT_WR));
      assertErrno(Errno.EBADF, syscalls.close(fd));
    }
  }

  static void assertErrno(int expected, int result) {
    assertTrue(result < 0, () -> "no error but " + result);
    assertEquals(Errno.name(expected), Errno.name(-result));
  }
}
