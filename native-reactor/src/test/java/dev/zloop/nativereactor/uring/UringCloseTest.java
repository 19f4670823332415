package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLIN;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLOUT;
import static dev.zloop.nativereactor.sys.EpollConstants.EPOLLRDHUP;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.ErrnoException;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Sockets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What opening takes, closing gives back: at the end, and when opening fails halfway. */
@NeedsUring
class UringCloseTest {
  private static void assertAllGivenBack(RecordingUring calls) {
    assertEquals(calls.opened.stream().sorted().toList(), calls.closed.stream().sorted().toList());
    assertEquals(Map.of(), calls.mapped);
  }

  @Test
  void whatWasNeverEnteredClosesOnAnyThread() throws Exception {
    RecordingUring calls = new RecordingUring();
    Uring uring = Uring.open(Uring.OPTIONS, calls, UringProbe.features());
    assertTrue(uring.completor.poll(uring.sockets.tcpPair().near(), EPOLLIN, 1));
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      executor.submit(uring.completor::close).get();
    }
    assertAllGivenBack(calls);
    uring.close();
    assertAllGivenBack(calls);
  }

  /** Everything is under way: what the kernel wrote after would be seen in what was provided. */
  @ParameterizedTest
  @EnumSource
  void closingEndsWhatIsInFlightAndNoMemoryIsTouchedAfter(Family family) {
    RecordingUring calls = new RecordingUring();
    try (Uring uring = Uring.open(Uring.OPTIONS, calls, UringProbe.features())) {
      Sockets.Pair pair = family.pair(uring);
      Sockets.Pair full = family.pair(uring);
      while (uring.sockets.sendMuch(full.near()) > 0) {}
      int listener = uring.sockets.listener(anyPort("127.0.0.1"), 0);
      long bytes = uring.bytes.address();
      uring.completor.provide(0, bytes, 64);
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, 64, 64, 1));
      assertTrue(uring.completor.recv(pair.far(), 0, 64, 2));
      assertTrue(uring.completor.pollMultishot(pair.near(), EPOLLRDHUP, 3));
      assertTrue(uring.completor.poll(full.near(), EPOLLOUT, 4));
      assertTrue(uring.completor.acceptMultishot(listener, SOCK_CLOEXEC, 5));
      assertTrue(uring.completor.send(full.near(), bytes + 4096, 1000, MSG_NOSIGNAL, 6));
      ok(uring.completor.enter(0));
      assertFalse(uring.completor.next());
      assertTrue(uring.completor.poll(pair.near(), EPOLLRDHUP, 7)); // never given to the kernel

      uring.completor.close();
      ok(uring.sockets.send(pair.far(), "too late"));
      ok(uring.sockets.send(pair.near(), "too late"));
      assertEquals("too late", uring.sockets.recvText(pair.near()));
      assertEquals(0, Memory.getLong(bytes));
      assertAllGivenBack(calls);
    }
    assertAllGivenBack(calls);
  }

  @Test
  void closingDoesNotWaitForCompletionsToBeTaken() {
    try (Uring uring = Uring.open(new UringOptions(8, 8, 1))) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      ok(uring.completor.enter(0));
      for (long number = 0; number < 100; number++) {
        assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, number));
        assertTrue(uring.completor.poll(pair.near(), EPOLLIN, number));
      }
      ok(uring.completor.enter(0));
    }
  }

  @Test
  void whatIsClosedDoesNothingAnyMore() {
    Uring uring = Uring.open();
    Sockets.Pair pair = uring.sockets.tcpPair();
    assertTrue(uring.completor.poll(pair.near(), EPOLLOUT, 1));
    ok(uring.completor.enter(-1));
    uring.completor.close();
    assertEquals(-Errno.EBADF, uring.completor.enter(0));
    assertFalse(uring.completor.hasCompletions());
    assertFalse(uring.completor.next());
    assertFalse(uring.completor.poll(pair.near(), EPOLLOUT, 1));
    assertFalse(uring.completor.recvMultishot(pair.near(), 0, 1, 1, 1));
    assertFalse(uring.completor.cancel(1));
    uring.provideAll();
    uring.close();
  }

  @Test
  void aThreadThatIsNotTheRingsIsToldSo() throws Exception {
    try (Uring uring = Uring.open();
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      ok(uring.completor.enter(0));
      Future<?> closing = executor.submit(uring.completor::close);
      ExecutionException e = assertThrows(ExecutionException.class, closing::get);
      assertInstanceOf(IllegalStateException.class, e.getCause());
      uring.completor.wakeup();
      ok(uring.completor.enter(-1));
    }
  }

  /** One call after the other fails, until none is left that can. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whateverFailsWhileItIsOpenedNothingIsLeftBehind(boolean sendsMessages) {
    for (int failing = 1; ; failing++) {
      FailingUring calls = new FailingUring(failing);
      UringFeatures features = new UringFeatures(false, sendsMessages);
      try {
        UringCompletor.open(Uring.OPTIONS, calls, features).close();
        assertTrue(failing > 4, failing + " calls");
        assertAllGivenBack(calls);
        return;
      } catch (ErrnoException e) {
        assertEquals(Errno.ENOMEM, e.errno());
        assertAllGivenBack(calls);
      }
    }
  }

  private static final class FailingUring extends RecordingUring {
    private int left;

    FailingUring(int failing) {
      left = failing;
    }

    private boolean fails() {
      return --left == 0;
    }

    @Override
    public int setup(int entries, long params) {
      return fails() ? -Errno.ENOMEM : super.setup(entries, params);
    }

    @Override
    public long mmap(long length, int protection, int flags, int fd, long offset) {
      return fails() ? -Errno.ENOMEM : super.mmap(length, protection, flags, fd, offset);
    }

    @Override
    public int register(int fd, int operation, long argument, int count) {
      return fails() ? -Errno.ENOMEM : super.register(fd, operation, argument, count);
    }

    @Override
    public int eventfd(int initialValue, int flags) {
      return fails() ? -Errno.ENOMEM : super.eventfd(initialValue, flags);
    }
  }
}
