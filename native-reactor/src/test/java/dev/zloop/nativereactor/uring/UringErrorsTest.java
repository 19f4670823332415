package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLOUT;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static dev.zloop.nativereactor.sys.UringConstants.IORING_REGISTER_ENABLE_RINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.IoVec;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.MsgHdr;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.Sockets;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels that say no. */
@NeedsUring
class UringErrorsTest {
  /** Enters answer as told, then as the kernel does; a positive answer lets it take so many. */
  private static class AnsweringUring extends RecordingUring {
    final Queue<Integer> answers = new ArrayDeque<>();

    @Override
    public int enter(
        int fd, int toSubmit, int minComplete, int flags, long argument, long argumentSize) {
      Integer answer = answers.poll();
      if (answer == null) {
        return super.enter(fd, toSubmit, minComplete, flags, argument, argumentSize);
      }
      return answer < 0
          ? answer
          : super.enter(fd, Math.min(answer, toSubmit), 0, flags, argument, argumentSize);
    }
  }

  private static Uring open(RecordingUring calls) {
    return Uring.open(Uring.OPTIONS, calls, UringProbe.features());
  }

  static Stream<Integer> passing() {
    return Stream.of(Errno.EAGAIN, Errno.EBUSY, Errno.EINTR, Errno.ETIME);
  }

  @ParameterizedTest
  @MethodSource("passing")
  void whatTheKernelDoesNotTakeNowIsGivenAgain(int errno) {
    AnsweringUring calls = new AnsweringUring();
    try (Uring uring = open(calls)) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      for (int turn = 0; turn < 3; turn++) {
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, turn));
        calls.answers.add(-errno);
        assertEquals(0, uring.completor.enter(-1));
        assertFalse(uring.completor.next());
      }
      for (int turn = 0; turn < 3; turn++) {
        uring.await(turn);
      }
    }
  }

  @Test
  void whatTheKernelTakesInPartIsGivenInOrder() {
    AnsweringUring calls = new AnsweringUring();
    try (Uring uring = open(calls)) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      for (int number = 0; number < 8; number++) {
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
      }
      calls.answers.addAll(List.of(3, 0, 1));
      for (int number = 0; number < 8; number++) {
        uring.await(number);
      }
    }
  }

  @Test
  void anythingElseIsReturned() {
    AnsweringUring calls = new AnsweringUring();
    try (Uring uring = open(calls)) {
      calls.answers.add(-Errno.EFAULT);
      assertEquals(-Errno.EFAULT, uring.completor.enter(-1));
    }
  }

  @Test
  void aFullQueueThatTheKernelDoesNotTakeIsToldAndTakesMoreLater() {
    AnsweringUring calls = new AnsweringUring();
    try (Uring uring = open(calls)) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      ok(uring.completor.enter(0));
      for (int number = 0; number < 8; number++) {
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
      }
      calls.answers.addAll(List.of(-Errno.EBUSY, -Errno.EAGAIN));
      assertFalse(uring.completor.poll(pair.near(), EPOLLOUT, 8));
      assertFalse(uring.completor.cancel(8));
      assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, 8));
      for (int number = 0; number < 9; number++) {
        uring.await(number);
      }
    }
  }

  @Test
  void aWakeupIsNotLostWhenTheTurnThatItShouldEndIsRefused() {
    AnsweringUring calls = new AnsweringUring();
    try (Uring uring = open(calls)) {
      ok(uring.completor.enter(0));
      calls.answers.add(-Errno.EAGAIN);
      uring.completor.wakeup();
      ok(uring.completor.enter(-1));
      uring.completor.wakeup();
      ok(uring.completor.enter(-1));
    }
  }

  @Test
  void anAddressIsItsOwnersAgainAfterTheTurnThoughTheKernelHasNotReadIt() {
    AnsweringUring calls = new AnsweringUring();
    try (Uring uring = open(calls)) {
      int listener = uring.sockets.listener(anyPort("127.0.0.1"), 0);
      SocketAddress address = uring.sockets.localAddress(listener);
      int fd = uring.sockets.socket(AF_INET, SOCK_NONBLOCK);
      int length = SocketAddresses.encode(address, uring.bytes.address());
      assertTrue(uring.completor.connect(fd, uring.bytes.address(), length, 1));
      for (int turn = 0; turn < 3; turn++) {
        calls.answers.add(-Errno.EAGAIN);
        ok(uring.completor.enter(0));
        Memory.zero(uring.bytes.address(), length);
      }
      assertEquals(0, uring.await(1).result());
      assertEquals(address, uring.sockets.peerAddress(fd));
    }
  }

  @Test
  void aMessagesHeaderIsItsOwnersAgainAfterTheTurnThoughTheKernelHasNotReadIt() {
    AnsweringUring calls = new AnsweringUring();
    try (Uring uring = open(calls)) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      Sockets.Pair other = uring.sockets.tcpPair();
      send(uring, pair, 0, "one, ", "two");
      send(uring, other, 4096, "three, ", "four");
      calls.answers.addAll(List.of(-Errno.EAGAIN, 1));
      for (int turn = 0; turn < 2; turn++) {
        ok(uring.completor.enter(0));
        Memory.zero(uring.bytes.address() + 1024, 1024);
        Memory.zero(uring.bytes.address() + 4096 + 1024, 1024);
      }
      assertEquals(8, uring.await(0).result());
      assertEquals(11, uring.await(4096).result());
      assertEquals("one, two", uring.sockets.recvText(pair.far()));
      assertEquals("three, four", uring.sockets.recvText(other.far()));
    }
  }

  /** The texts at an offset, their vector and header 1024 bytes behind. */
  private static void send(
      Uring uring, Sockets.Pair pair, int offset, String first, String second) {
    long vector = uring.bytes.address() + offset + 1024;
    long header = vector + 512;
    IoVec.set(vector, 0, uring.put(offset, first), first.length());
    IoVec.set(vector, 1, uring.put(offset + 100, second), second.length());
    MsgHdr.setIoVecs(header, vector, 2);
    assertTrue(uring.completor.sendmsg(pair.near(), header, MSG_NOSIGNAL, offset));
  }

  @Test
  void aRingThatCannotBeEnabledSaysSoAndIsTriedAgain() {
    boolean[] forbidden = {true};
    RecordingUring calls =
        new RecordingUring() {
          @Override
          public int register(int fd, int operation, long argument, int count) {
            return operation == IORING_REGISTER_ENABLE_RINGS && forbidden[0]
                ? -Errno.EPERM
                : super.register(fd, operation, argument, count);
          }
        };
    try (Uring uring = open(calls)) {
      assertTrue(uring.completor.poll(uring.sockets.tcpPair().near(), EPOLLOUT, 1));
      assertEquals(-Errno.EPERM, uring.completor.enter(-1));
      forbidden[0] = false;
      uring.await(1);
    }
  }
}
