package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.poll.Poller.ERROR;
import static dev.zloop.nativereactor.poll.Poller.HANGUP;
import static dev.zloop.nativereactor.poll.Poller.PEER_CLOSED;
import static dev.zloop.nativereactor.poll.Poller.READABLE;
import static dev.zloop.nativereactor.poll.Poller.RESERVED_TOKEN;
import static dev.zloop.nativereactor.poll.Poller.STREAM;
import static dev.zloop.nativereactor.poll.Poller.WRITABLE;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.SHUT_WR;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_ERROR;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Sockets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a poller tells of descriptors. */
class EpollPollerTest {
  private static final long TOKEN = 0x0123456789ABCDEFL;

  private final Sockets sockets = new Sockets();
  private final EpollPoller poller = EpollPoller.open(8);

  @AfterEach
  void close() {
    poller.close();
    sockets.close();
  }

  @Test
  void aFreshStreamIsWritableAndToldSoOnce() {
    register(sockets.tcpPair().near());
    assertTold(WRITABLE);
    assertNothingTold();
  }

  @Test
  void readabilityIsToldOncePerArrivalEvenIfNothingIsRead() {
    Sockets.Pair pair = sockets.tcpPair();
    register(pair.near());
    assertTold(WRITABLE);
    sockets.send(pair.far(), "a");
    assertTold(READABLE | WRITABLE);
    assertNothingTold();
    sockets.send(pair.far(), "b");
    assertTold(READABLE | WRITABLE);
    assertNothingTold();
    assertEquals("ab", sockets.recvText(pair.near()));
  }

  @Test
  void whatHappenedBeforeRegisteringIsToldToo() {
    Sockets.Pair pair = sockets.tcpPair();
    sockets.send(pair.far(), "early");
    register(pair.near());
    assertTold(READABLE | WRITABLE);
  }

  @Test
  void writabilityIsToldWhenAFullKernelHasRoomAgain() {
    Sockets.Pair pair = sockets.tcpPair();
    register(pair.near());
    assertTold(WRITABLE);
    int sent = 0;
    do {
      // Until it is full and stays so: what the peer's kernel takes meanwhile is an edge as well.
      for (int n = sockets.sendMuch(pair.near()); n > 0; n = sockets.sendMuch(pair.near())) {
        sent += n;
      }
    } while (poller.poll(0) > 0);
    for (int read = 0; read < sent; ) {
      read += Math.max(0, sockets.recv(pair.far()));
    }
    assertTold(WRITABLE);
  }

  @Test
  void halfCloseIsToldWhileNothingIsRead() {
    Sockets.Pair pair = sockets.tcpPair();
    register(pair.near());
    assertTold(WRITABLE);
    ok(sockets.syscalls.shutdown(pair.far(), SHUT_WR));
    assertTold(READABLE | WRITABLE | PEER_CLOSED);
    assertNothingTold();
  }

  @Test
  void closingBothWaysIsAHangup() {
    Sockets.Pair pair = sockets.tcpPair();
    register(pair.near());
    assertTold(WRITABLE);
    ok(sockets.syscalls.shutdown(pair.near(), SHUT_WR));
    ok(sockets.syscalls.shutdown(pair.far(), SHUT_WR));
    int told = 0;
    while ((told & HANGUP) == 0) {
      assertEquals(1, poller.poll(-1));
      told |= poller.readiness(0);
    }
    assertEquals(READABLE | WRITABLE | PEER_CLOSED | HANGUP, told);
  }

  @Test
  void aResetIsAnErrorToldWithoutInterest() {
    Sockets.Pair pair = sockets.tcpPair();
    ok(poller.register(pair.near(), 0, TOKEN));
    sockets.resetOnClose(pair.far());
    sockets.close(pair.far());
    assertTold(ERROR | HANGUP);
    assertEquals(Errno.ECONNRESET, sockets.option(pair.near(), SOL_SOCKET, SO_ERROR));
  }

  @Test
  void aRefusedConnectIsToldAndSoErrorSaysWhy() {
    int fd = sockets.socket(AF_INET, SOCK_NONBLOCK);
    assertEquals(-Errno.EINPROGRESS, sockets.connect(fd, sockets.refusingAddress()));
    register(fd);
    assertTold(READABLE | WRITABLE | PEER_CLOSED | ERROR | HANGUP);
    assertEquals(Errno.ECONNREFUSED, sockets.option(fd, SOL_SOCKET, SO_ERROR));
  }

  @Test
  void aConnectThatSucceedsIsToldAsWritable() {
    int listener = sockets.listener(anyPort("127.0.0.1"), 0);
    int fd = sockets.socket(AF_INET, SOCK_NONBLOCK);
    assertEquals(-Errno.EINPROGRESS, sockets.connect(fd, sockets.localAddress(listener)));
    register(fd);
    assertTold(WRITABLE);
    assertEquals(0, sockets.option(fd, SOL_SOCKET, SO_ERROR));
  }

  @Test
  void aListenerIsReadableWhenThereIsSomebodyToAccept() {
    int listener = sockets.listener(anyPort("127.0.0.1"), SOCK_NONBLOCK);
    ok(poller.register(listener, READABLE, TOKEN));
    assertNothingTold();
    int fd = sockets.socket(AF_INET, SOCK_NONBLOCK);
    assertEquals(-Errno.EINPROGRESS, sockets.connect(fd, sockets.localAddress(listener)));
    assertTold(READABLE);
    sockets.adopt(sockets.syscalls.accept4(listener, SOCK_NONBLOCK));
  }

  @Test
  void onlyTheInterestIsToldAndModifyTellsAgain() {
    Sockets.Pair pair = sockets.tcpPair();
    sockets.send(pair.far(), "x");
    ok(poller.register(pair.near(), READABLE, TOKEN));
    assertTold(READABLE);
    assertNothingTold();
    ok(poller.modify(pair.near(), READABLE, TOKEN));
    assertTold(READABLE);
    ok(poller.modify(pair.near(), WRITABLE, TOKEN));
    assertTold(WRITABLE);
    ok(poller.modify(pair.near(), 0, TOKEN));
    assertNothingTold();
  }

  @Test
  void anyTokenButTheReservedOneComesBack() {
    int fd = sockets.tcpPair().near();
    ok(poller.register(fd, WRITABLE, 0));
    for (long token : new long[] {0, 1, -2, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32}) {
      ok(poller.modify(fd, WRITABLE, token));
      assertEquals(1, poller.poll(-1));
      assertEquals(token, poller.token(0));
    }
    assertEquals(-Errno.EINVAL, poller.modify(fd, WRITABLE, RESERVED_TOKEN));
    assertEquals(-Errno.EINVAL, poller.register(fd, WRITABLE, RESERVED_TOKEN));
  }

  @Test
  void aDeregisteredDescriptorIsNotTold() {
    Sockets.Pair pair = sockets.tcpPair();
    register(pair.near());
    ok(poller.deregister(pair.near()));
    sockets.send(pair.far(), "x");
    assertNothingTold();
  }

  @Test
  void registeringIsRefusedWithTheKernelsReasons() {
    int fd = sockets.tcpPair().near();
    assertEquals(-Errno.ENOENT, poller.modify(fd, STREAM, TOKEN));
    assertEquals(-Errno.ENOENT, poller.deregister(fd));
    register(fd);
    assertEquals(-Errno.EEXIST, poller.register(fd, STREAM, TOKEN));
    assertEquals(-Errno.EBADF, poller.register(-1, STREAM, TOKEN));
  }

  @Test
  void moreDescriptorsThanAPollReturnsAreAllToldInTheEnd() {
    Set<Long> missing = new HashSet<>();
    for (long token = 0; token < 50; token++) {
      missing.add(token);
      ok(poller.register(sockets.tcpPair().near(), STREAM, token));
    }
    while (!missing.isEmpty()) {
      int count = poller.poll(-1);
      assertEquals(Math.min(8, missing.size()), count);
      for (int index = 0; index < count; index++) {
        missing.remove(poller.token(index));
      }
    }
    assertNothingTold();
  }

  @Test
  void anEventThatWasNotPolledCannotBeRead() {
    assertThrows(IndexOutOfBoundsException.class, () -> poller.token(0));
    register(sockets.tcpPair().near());
    assertTold(WRITABLE);
    assertThrows(IndexOutOfBoundsException.class, () -> poller.token(1));
    assertThrows(IndexOutOfBoundsException.class, () -> poller.readiness(-1));
    assertNothingTold();
    assertThrows(IndexOutOfBoundsException.class, () -> poller.readiness(0));
  }

  @Test
  void afterCloseEveryCallTellsThatThereIsNoSuchDescriptor() {
    int fd = sockets.tcpPair().near();
    register(fd);
    assertTold(WRITABLE);
    poller.close();
    poller.close();
    assertEquals(-Errno.EBADF, poller.register(fd, STREAM, TOKEN));
    assertEquals(-Errno.EBADF, poller.modify(fd, STREAM, TOKEN));
    assertEquals(-Errno.EBADF, poller.deregister(fd));
    assertEquals(-Errno.EBADF, poller.poll(-1));
    assertEquals(-Errno.EBADF, poller.poll(1));
    assertThrows(IndexOutOfBoundsException.class, () -> poller.token(0));
  }

  private void register(int fd) {
    ok(poller.register(fd, STREAM, TOKEN));
  }

  private void assertTold(int readiness) {
    assertEquals(1, poller.poll(-1));
    assertEquals(TOKEN, poller.token(0));
    assertEquals(readiness, poller.readiness(0));
  }

  private void assertNothingTold() {
    assertEquals(0, poller.poll(0));
  }
}
