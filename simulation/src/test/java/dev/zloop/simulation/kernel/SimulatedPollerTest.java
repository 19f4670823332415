package dev.zloop.simulation.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.poll.Poller;
import dev.zloop.nativereactor.sys.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Edges, as epoll has them. */
class SimulatedPollerTest {
  final Calls calls = new Calls();
  final SimulatedPoller poller = new SimulatedPoller(calls.kernel, 16);
  private Socket peer;

  @AfterEach
  void close() {
    poller.close();
    calls.close();
  }

  private int watched() {
    int listener = calls.listener(8);
    peer = calls.outside();
    int fd = calls.accept(listener);
    calls.syscalls.close(listener);
    assertEquals(0, poller.register(fd, Poller.STREAM, 7));
    return fd;
  }

  @Test
  void whatIsReadyAlreadyIsToldOnceAndNotAgain() {
    watched();
    assertEquals(1, poller.poll(0));
    assertEquals(7, poller.token(0));
    assertEquals(Poller.WRITABLE, poller.readiness(0));
    assertEquals(0, poller.poll(0));
  }

  @Test
  void eachArrivalIsAnEdgeWhetherOrNotTheLastOneWasRead() {
    watched();
    poller.poll(0);
    for (int i = 0; i < 3; i++) {
      Calls.send(peer, "x");
      assertEquals(1, poller.poll(-1));
      assertEquals(Poller.READABLE | Poller.WRITABLE, poller.readiness(0));
      assertEquals(0, poller.poll(0));
    }
  }

  @Test
  void anEndIsToldAsOneAndAResetAsAnError() {
    watched();
    poller.poll(0);
    peer.shutdownOutput();
    assertEquals(1, poller.poll(-1));
    assertTrue((poller.readiness(0) & Poller.PEER_CLOSED) != 0);
    peer.abort();
    assertEquals(1, poller.poll(-1));
    assertTrue((poller.readiness(0) & (Poller.ERROR | Poller.HANGUP)) != 0);
  }

  @Test
  void roomIsAnnouncedWhereASendFoundTooLittle() {
    calls.kernel.setBufferSizes(4096, 4096);
    int fd = watched();
    poller.poll(0);
    String much = "x".repeat(8192);
    assertEquals(4096, calls.send(fd, much));
    calls.settle();
    assertEquals(1, poller.poll(0));
    assertEquals(4096, calls.send(fd, much));
    calls.settle();
    assertEquals(0, poller.poll(0));
    Calls.receive(peer);
    assertEquals(1, poller.poll(-1));
    assertTrue((poller.readiness(0) & Poller.WRITABLE) != 0);
  }

  @Test
  void aClosedDescriptorIsNotToldAnyMore() {
    int fd = watched();
    Calls.send(peer, "x");
    calls.settle();
    calls.syscalls.close(fd);
    assertEquals(0, poller.poll(0));
  }

  @Test
  void aWaitEndsWithItsTimeAndWithAWakeup() {
    long start = calls.kernel.nanoTime();
    assertEquals(0, poller.poll(1_000_000));
    assertTrue(calls.kernel.nanoTime() - start >= 1_000_000);
    poller.wakeup();
    assertEquals(0, poller.poll(-1));
    assertThrows(AssertionError.class, () -> poller.poll(-1), "for ever, and nothing will come");
  }

  @Test
  void registrationsAreChecked() {
    int fd = watched();
    assertEquals(-Errno.EEXIST, poller.register(fd, Poller.STREAM, 8));
    assertEquals(0, poller.modify(fd, Poller.READABLE, 8));
    assertEquals(0, poller.poll(0));
    assertEquals(0, poller.deregister(fd));
    assertEquals(-Errno.ENOENT, poller.deregister(fd));
    assertEquals(-Errno.EINVAL, poller.register(fd, Poller.READABLE, Poller.RESERVED_TOKEN));
  }
}
