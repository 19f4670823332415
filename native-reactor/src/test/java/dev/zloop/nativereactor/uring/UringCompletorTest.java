package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLERR;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLHUP;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLIN;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLOUT;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLRDHUP;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.SocketConstants.SHUT_WR;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Descriptors;
import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.MsgHdr;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.Sockets;
import dev.zloop.nativereactor.uring.Uring.Completion;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each operation, against real sockets. */
@NeedsUring
class UringCompletorTest {
  private static final int MSGHDR = 1024;
  private static final int IOVECS = 2048;

  @Test
  void anAcceptGoesOnUntilItIsCancelled() {
    try (Uring uring = Uring.open()) {
      int listener = uring.sockets.listener(anyPort("127.0.0.1"), SOCK_NONBLOCK);
      assertTrue(uring.completor.acceptMultishot(listener, SOCK_NONBLOCK | SOCK_CLOEXEC, 7));
      for (int i = 0; i < 3; i++) {
        int client = uring.sockets.socket(AF_INET, 0);
        ok(uring.sockets.connect(client, uring.sockets.localAddress(listener)));
        Completion accepted = uring.await(7);
        assertTrue(accepted.hasMore());
        int fd = uring.sockets.adopt(accepted.result());
        assertTrue(Descriptors.isNonBlocking(fd));
        assertTrue(Descriptors.isCloseOnExec(fd));
      }
      assertTrue(uring.completor.cancel(7));
      assertEquals(new Completion(7, -Errno.ECANCELED, false, -1, false), uring.await());
    }
  }

  @Test
  void anAcceptOfWhatDoesNotListenFails() {
    try (Uring uring = Uring.open()) {
      int socket = uring.sockets.socket(AF_INET, 0);
      assertTrue(uring.completor.acceptMultishot(socket, SOCK_CLOEXEC, 7));
      assertEquals(new Completion(7, -Errno.EINVAL, false, -1, false), uring.await());
    }
  }

  @Test
  void aConnectSaysThatItIsConnectedOrWhyNot() {
    try (Uring uring = Uring.open()) {
      int listener = uring.sockets.listener(anyPort("127.0.0.1"), 0);
      assertEquals(0, connect(uring, uring.sockets.localAddress(listener)));
      assertEquals(-Errno.ECONNREFUSED, connect(uring, uring.sockets.refusingAddress()));
    }
  }

  private static int connect(Uring uring, SocketAddress address) {
    int fd = uring.sockets.socket(AF_INET, SOCK_NONBLOCK);
    int length = SocketAddresses.encode(address, uring.bytes.address());
    assertTrue(uring.completor.connect(fd, uring.bytes.address(), length, 8));
    return uring.await(8).result();
  }

  @Test
  void aConnectsAddressIsReadBeforeTheEnterReturns() {
    try (Uring uring = Uring.open()) {
      int listener = uring.sockets.listener(anyPort("127.0.0.1"), 0);
      int fd = uring.sockets.socket(AF_INET, SOCK_NONBLOCK);
      SocketAddress address = uring.sockets.localAddress(listener);
      int length = SocketAddresses.encode(address, uring.bytes.address());
      assertTrue(uring.completor.connect(fd, uring.bytes.address(), length, 8));
      ok(uring.completor.enter(0));
      Memory.zero(uring.bytes.address(), length);
      assertEquals(0, uring.await(8).result());
      assertEquals(address, uring.sockets.peerAddress(fd));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReceiveTakesWhatIsThereIntoAProvidedBuffer(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      uring.provideAll();
      assertTrue(uring.completor.recv(pair.near(), 0, 5, 9));
      ok(uring.sockets.send(pair.far(), "hello, world"));
      Completion first = uring.await(9);
      assertEquals("hello", uring.text(first));
      assertTrue(uring.completor.recv(pair.near(), 0, 1000, 9));
      assertEquals(", world", uring.text(uring.await(9)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReceiveIsZeroAtTheEndAndKeepsNoBuffer(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      uring.provideAll();
      ok(uring.sockets.syscalls.shutdown(pair.far(), SHUT_WR));
      assertTrue(uring.completor.recv(pair.near(), 0, 5, 9));
      assertEquals(new Completion(9, 0, false, -1, false), uring.await());
    }
  }

  @Test
  void aReceiveIsToldOfAReset() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provideAll();
      assertTrue(uring.completor.recv(pair.near(), 0, 5, 9));
      uring.sockets.resetOnClose(pair.far());
      uring.sockets.close(pair.far());
      assertEquals(new Completion(9, -Errno.ECONNRESET, false, -1, false), uring.await());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSendIsReceived(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      assertTrue(uring.completor.send(pair.near(), uring.put(0, "hi"), 2, MSG_NOSIGNAL, 1));
      assertEquals(2, uring.await(1).result());
      assertEquals("hi", uring.sockets.recvText(pair.far()));
    }
  }

  @Test
  void aSendWaitsForRoomAndMayTakeLessThanAll() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      int sent = 0;
      for (int result; (result = uring.sockets.sendMuch(pair.near())) > 0; ) {
        sent += result;
      }
      int length = (int) uring.bytes.size();
      assertTrue(uring.completor.send(pair.near(), uring.bytes.address(), length, MSG_NOSIGNAL, 1));
      assertEquals(List.of(), uring.take());
      int received = 0;
      while (received < sent) {
        received += Math.max(0, uring.sockets.recv(pair.far()));
      }
      Completion completion = uring.await(1);
      assertTrue(completion.result() > 0 && completion.result() <= length, completion::toString);
    }
  }

  @Test
  void aSendToWhoHasGoneFailsWithoutASignal() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      ok(uring.sockets.syscalls.shutdown(pair.near(), SHUT_WR));
      assertTrue(uring.completor.send(pair.near(), uring.put(0, "hi"), 2, MSG_NOSIGNAL, 1));
      assertEquals(-Errno.EPIPE, uring.await(1).result());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMessageIsSentInPieces(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      long header = uring.bytes.address() + MSGHDR;
      long vector = uring.bytes.address() + IOVECS;
      IoVec.set(vector, 0, uring.put(0, "one, "), 5);
      IoVec.set(vector, 1, uring.put(8, "two"), 3);
      MsgHdr.setIoVecs(header, vector, 2);
      assertTrue(uring.completor.sendmsg(pair.near(), header, MSG_NOSIGNAL, 2));
      ok(uring.completor.enter(0));
      Memory.zero(header, MsgHdr.SIZE);
      Memory.zero(vector, 2 * IoVec.SIZE);
      assertEquals(8, uring.await(2).result());
      assertEquals("one, two", uring.sockets.recvText(pair.far()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPollTellsOnce(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, 3));
      assertEquals(new Completion(3, EPOLLOUT, false, -1, false), uring.await());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMultishotPollTellsOfThePeersCloseThoughNothingIsRead(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      assertTrue(uring.completor.pollMultishot(pair.near(), EPOLLRDHUP, 3));
      ok(uring.sockets.send(pair.far(), "unread"));
      assertEquals(List.of(), uring.take());
      ok(uring.sockets.syscalls.shutdown(pair.far(), SHUT_WR));
      Completion told = uring.await(3);
      assertEquals(EPOLLRDHUP, told.result());
      assertTrue(told.hasMore());
      assertEquals("unread", uring.sockets.recvText(pair.near()));
    }
  }

  @Test
  void aMultishotPollTellsAgainOfWhatArrives() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      assertTrue(uring.completor.pollMultishot(pair.near(), EPOLLIN, 3));
      for (int i = 0; i < 3; i++) {
        ok(uring.sockets.send(pair.far(), "more"));
        Completion told = uring.await(3);
        assertEquals(EPOLLIN, told.result());
        assertTrue(told.hasMore());
      }
    }
  }

  @Test
  void aPollTellsOfAResetUnasked() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      assertTrue(uring.completor.pollMultishot(pair.near(), EPOLLRDHUP, 3));
      uring.sockets.resetOnClose(pair.far());
      uring.sockets.close(pair.far());
      Completion told = uring.await(3);
      assertEquals(EPOLLERR | EPOLLHUP | EPOLLRDHUP, told.result());
    }
  }

  @Test
  void cancellingEndsAllOperationsWithThisUserDataAndNoOthers() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provideAll();
      assertTrue(uring.completor.recv(pair.near(), 0, 5, 1));
      assertTrue(uring.completor.pollMultishot(pair.near(), EPOLLRDHUP, 1));
      assertTrue(uring.completor.recv(pair.far(), 0, 5, 2));
      assertTrue(uring.completor.cancel(1));
      for (int i = 0; i < 2; i++) {
        assertEquals(new Completion(1, -Errno.ECANCELED, false, -1, false), uring.await());
      }
      assertEquals(List.of(), uring.take());
    }
  }

  @Test
  void cancellingADescriptorEndsAllOperationsOnItAndNoOthers() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provideAll();
      assertTrue(uring.completor.recv(pair.near(), 0, 5, 1));
      assertTrue(uring.completor.pollMultishot(pair.near(), EPOLLRDHUP, 2));
      assertTrue(uring.completor.recv(pair.far(), 0, 5, 3));
      ok(uring.completor.enter(0));
      assertTrue(uring.completor.cancelAll(pair.near()));
      Set<Long> ended = new HashSet<>();
      for (int i = 0; i < 2; i++) {
        Completion completion = uring.await();
        assertEquals(-Errno.ECANCELED, completion.result());
        ended.add(completion.userData());
      }
      assertEquals(Set.of(1L, 2L), ended);
      assertEquals(List.of(), uring.take());
    }
  }

  @Test
  void cancellingWhatIsNotThereIsSilent() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      assertTrue(uring.completor.cancel(4711));
      assertTrue(uring.completor.cancelAll(pair.near()));
      assertEquals(List.of(), uring.take());
    }
  }

  @Test
  void everyUserDataButTheReservedOneComesBack() {
    long[] numbers = {0, 1, -2, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 0xffff_ffffL};
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      List<Long> given = new ArrayList<>();
      List<Long> back = new ArrayList<>();
      for (long number : numbers) {
        given.add(number);
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
      }
      for (int i = 0; i < numbers.length; i++) {
        back.add(uring.await().userData());
      }
      assertEquals(given, back);
    }
  }
}
