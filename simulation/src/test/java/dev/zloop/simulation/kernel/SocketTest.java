package dev.zloop.simulation.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.SocketConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Linux does with sockets, and the simulated kernel therefore as well. */
class SocketTest {
  private static final int AGAIN = -Errno.EAGAIN;

  final Calls calls = new Calls();

  @AfterEach
  void close() {
    calls.close();
  }

  private int connected() {
    int listener = calls.listener(8);
    peer = calls.outside();
    int fd = calls.accept(listener);
    calls.syscalls.close(listener);
    return fd;
  }

  private Socket peer;

  @Test
  void bytesTakeTheirTime() {
    int fd = connected();
    assertEquals(5, Calls.send(peer, "hello"));
    assertEquals(AGAIN, calls.receive(fd));
    calls.settle();
    assertEquals(5, calls.receive(fd));
    assertEquals("hello", calls.text(calls.memory, 5));
    assertEquals(AGAIN, calls.receive(fd));
  }

  @Test
  void anEndComesBehindTheBytes() {
    int fd = connected();
    Calls.send(peer, "hello");
    peer.shutdownOutput();
    calls.settle();
    assertEquals(5, calls.receive(fd));
    assertEquals(0, calls.receive(fd));
    assertEquals(2, calls.send(fd, "ok"));
    calls.settle();
    assertEquals(2, Calls.receive(peer));
  }

  @Test
  void closingWithUnreadInputResets() {
    int fd = connected();
    Calls.send(peer, "hello");
    calls.settle();
    calls.syscalls.close(fd);
    calls.settle();
    assertEquals(-Errno.ECONNRESET, Calls.receive(peer));
  }

  @Test
  void closingInOrderEnds() {
    int fd = connected();
    calls.send(fd, "bye");
    calls.syscalls.close(fd);
    calls.settle();
    assertEquals(3, Calls.receive(peer));
    assertEquals(0, Calls.receive(peer));
  }

  @Test
  void whatComesToAClosedSocketIsAnsweredByAReset() {
    int fd = connected();
    calls.syscalls.close(fd);
    calls.settle();
    Calls.send(peer, "too late");
    calls.settle();
    assertTrue(peer.isBroken());
  }

  @Test
  void lingeringForNoTimeResets() {
    int fd = connected();
    calls.closeWithReset(fd);
    calls.settle();
    assertEquals(-Errno.ECONNRESET, Calls.receive(peer));
  }

  @Test
  void whatArrivedBeforeAResetIsReadAndTheErrorToldOnce() {
    int fd = connected();
    Calls.send(peer, "hello");
    calls.settle();
    peer.abort();
    calls.settle();
    assertEquals(5, calls.receive(fd));
    assertEquals(-Errno.ECONNRESET, calls.receive(fd));
    assertEquals(0, calls.receive(fd));
    assertEquals(-Errno.EPIPE, calls.send(fd, "x"));
  }

  @Test
  void theErrorGoesToWhoeverAsksFirst() {
    int fd = connected();
    peer.abort();
    calls.settle();
    assertEquals(-Errno.ECONNRESET, calls.send(fd, "x"));
    assertEquals(0, calls.receive(fd));
  }

  @Test
  void aResetAfterTheEndIsABrokenPipe() {
    int fd = connected();
    peer.shutdownOutput();
    calls.settle();
    peer.abort();
    calls.settle();
    assertEquals(0, calls.receive(fd));
    assertEquals(-Errno.EPIPE, calls.send(fd, "x"));
  }

  @Test
  void aFullWindowStopsTheSenderAndReadingOpensIt() {
    calls.kernel.setBufferSizes(4096, 4096);
    int fd = connected();
    String much = "x".repeat(10_000);
    int first = Calls.send(peer, much);
    calls.settle();
    int second = Calls.send(peer, much);
    calls.settle();
    assertEquals(2 * 4096, first + second);
    assertEquals(AGAIN, Calls.send(peer, "y"));
    assertEquals(4096, calls.receive(fd));
    calls.settle();
    assertEquals(1, Calls.send(peer, "y"));
  }

  @Test
  void aConnectIsOverLaterAndRefusedWhereNobodyListens() {
    int fd = calls.socket();
    assertEquals(-Errno.EINPROGRESS, calls.connect(fd));
    assertEquals(AGAIN, calls.receive(fd));
    calls.settle();
    assertEquals(-Errno.ECONNREFUSED, calls.receive(fd));
  }

  @Test
  void aFullBacklogLetsConnectsWaitAndThenTimeOut() {
    calls.listener(0);
    Socket first = calls.outside();
    Socket second = calls.outside();
    assertTrue(first.isConnected());
    assertTrue(!second.isConnected() && !second.isBroken());
    calls.kernel.pass(200_000_000_000L);
    assertEquals(-Errno.ETIMEDOUT, Calls.receive(second));
  }

  @Test
  void descriptorsAreTheLowestThatAreFree() {
    int first = calls.socket();
    int second = calls.socket();
    assertEquals(first + 1, second);
    calls.syscalls.close(first);
    assertEquals(first, calls.socket());
    calls.kernel.setDescriptorMax(2);
    assertEquals(-Errno.EMFILE, calls.socket());
  }

  @Test
  void whereDescriptorsAreShortAcceptSaysSoThoughNobodyWaits() {
    int listener = calls.listener(8);
    calls.kernel.setDescriptorMax(1);
    assertEquals(-Errno.EMFILE, calls.accept(listener));
  }

  @Test
  void misuseIsAFailure() {
    assertThrows(AssertionError.class, () -> calls.syscalls.close(77));
    int type = SocketConstants.SOCK_STREAM;
    assertThrows(
        AssertionError.class, () -> calls.syscalls.socket(SocketConstants.AF_INET, type, 0));
    int fd = connected();
    assertThrows(AssertionError.class, () -> calls.syscalls.send(fd, calls.memory, 1, 0));
    calls.syscalls.close();
    assertThrows(AssertionError.class, () -> calls.receive(fd));
    assertThrows(AssertionError.class, calls.kernel::check);
  }
}
