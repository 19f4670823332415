package dev.zloop.simulation.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.SocketConstants;
import dev.zloop.simulation.Fault;
import dev.zloop.simulation.Faults;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Completions, as the interface of a completor promises them. */
class SimulatedCompletorTest {
  private static final int BUFFER_BYTES = 100;

  final Calls calls = new Calls();
  final Region buffers = Region.allocate(4 * BUFFER_BYTES, 8);
  SimulatedCompletor completor = completor(true, 8);
  private Socket peer;

  private SimulatedCompletor completor(boolean incremental, int entries) {
    return new SimulatedCompletor(
        calls.kernel, new SimulatedCompletor.Traits(true, incremental, entries, entries, 4));
  }

  @AfterEach
  void close() {
    completor.close();
    buffers.close();
    calls.close();
  }

  private int connected() {
    int listener = calls.listener(8);
    peer = calls.outside();
    int fd = calls.accept(listener);
    calls.syscalls.close(listener);
    return fd;
  }

  private void provide(int id) {
    completor.provide(id, buffers.address() + (long) id * BUFFER_BYTES, BUFFER_BYTES);
  }

  private void enter() {
    completor.enter(0);
    calls.settle();
    completor.enter(0);
  }

  /** All that is there: user data, result, and "+" where more follows. */
  private List<String> completions() {
    List<String> seen = new ArrayList<>();
    while (completor.next()) {
      seen.add(completor.userData() + ":" + completor.result() + (completor.hasMore() ? "+" : ""));
    }
    return seen;
  }

  @Test
  void nothingHappensBeforeTheLoopEnters() {
    int fd = connected();
    assertTrue(completor.send(fd, calls.memory, calls.put("hello"), noSignal(), 1));
    assertEquals(List.of(), completions());
    calls.settle();
    assertEquals(-Errno.EAGAIN, Calls.receive(peer));
    enter();
    assertEquals(List.of("1:5"), completions());
    calls.settle();
    assertEquals(5, Calls.receive(peer));
  }

  private static int noSignal() {
    return SocketConstants.MSG_NOSIGNAL;
  }

  @Test
  void aMultishotReceiveGoesOnUntilItsBound() {
    int fd = connected();
    provide(0);
    completor.recvMultishot(fd, 0, 4, 10, 1);
    Calls.send(peer, "0123456789abcdef");
    enter();
    assertEquals(List.of("1:4+", "1:4+", "1:4"), completions());
    assertEquals("0123456789ab", calls.text(buffers.address(), 12));
  }

  @Test
  void buffersAreConsumedOneBehindTheOtherUntilTheyAreFull() {
    int fd = connected();
    provide(2);
    completor.recvMultishot(fd, 0, 60, 1000, 1);
    Calls.send(peer, "x".repeat(60));
    enter();
    assertTrue(completor.next());
    assertEquals(2, completor.bufferId());
    assertTrue(completor.bufferHasMore());
    Calls.send(peer, "y".repeat(60));
    enter();
    assertTrue(completor.next());
    assertEquals(40, completor.result());
    assertFalse(completor.bufferHasMore());
    assertEquals(List.of("1:" + -Errno.ENOBUFS), completions());
    assertEquals('y', Memory.getByte(buffers.address() + 2 * BUFFER_BYTES + 60));
  }

  @Test
  void whereTheyAreNotConsumedIncrementallyAReceiveUsesOneUp() {
    completor = completor(false, 8);
    int fd = connected();
    provide(0);
    completor.recv(fd, 0, 60, 1);
    Calls.send(peer, "x");
    enter();
    assertTrue(completor.next());
    assertFalse(completor.bufferHasMore());
    provide(0);
  }

  @Test
  void aCancelledReceiveBringsWhatItHadAndThenItsEnd() {
    int fd = connected();
    provide(0);
    completor.recvMultishot(fd, 0, 60, 1000, 1);
    Calls.send(peer, "hello");
    calls.settle();
    completor.cancel(1);
    enter();
    List<String> seen = completions();
    assertEquals("1:" + -Errno.ECANCELED, seen.getLast());
    assertTrue(seen.size() == 1 || seen.getFirst().equals("1:5+"), seen::toString);
  }

  @Test
  void anEndAndAnErrorEndAReceive() {
    int fd = connected();
    provide(0);
    completor.recvMultishot(fd, 0, 60, 1000, 1);
    peer.shutdownOutput();
    enter();
    assertEquals(List.of("1:0"), completions());
    completor.recv(fd, SocketConstants.MSG_DONTWAIT, 60, 2);
    enter();
    assertEquals(List.of("2:0"), completions());
  }

  @Test
  void aReceiveThatMayNotWaitSaysThatThereIsNothing() {
    int fd = connected();
    provide(0);
    completor.recv(fd, SocketConstants.MSG_DONTWAIT, 60, 1);
    enter();
    assertEquals(List.of("1:" + -Errno.EAGAIN), completions());
  }

  @Test
  void acceptingGoesOnAndDescriptorsAreInTheCompletions() {
    int listener = calls.listener(8);
    completor.acceptMultishot(listener, Calls.FLAGS, 1);
    calls.outside();
    calls.outside();
    enter();
    int fd = listener + 1;
    assertEquals(List.of("1:" + fd + "+", "1:" + (fd + 1) + "+"), completions());
  }

  @Test
  void aConnectIsOverWhenItStands() {
    calls.listener(8);
    int fd = calls.socket();
    int length = SocketAddresses.encode(Calls.ADDRESS, calls.memory);
    completor.connect(fd, calls.memory, length, 1);
    completor.enter(0);
    assertEquals(List.of(), completions());
    enter();
    assertEquals(List.of("1:0"), completions());
  }

  @Test
  void aPollTellsWhatArises() {
    int fd = connected();
    completor.pollMultishot(fd, Poll.RDHUP, 1);
    enter();
    assertEquals(List.of(), completions());
    peer.shutdownOutput();
    enter();
    assertEquals(List.of("1:" + Poll.RDHUP + "+"), completions());
  }

  @Test
  void whatTheQueueCannotHoldComesLaterAndEndsWhatIsMultishot() {
    completor = completor(true, 2);
    int listener = calls.listener(8);
    completor.acceptMultishot(listener, Calls.FLAGS, 1);
    for (int i = 0; i < 5; i++) {
      calls.outside();
    }
    enter();
    List<String> seen = completions();
    enter();
    seen.addAll(completions());
    int fd = listener + 1;
    assertEquals(List.of("1:" + fd + "+", "1:" + (fd + 1) + "+", "1:" + (fd + 2)), seen);
  }

  @Test
  void aDescriptorThatIsClosedUnderAnOperationIsAFailure() {
    int fd = connected();
    completor.recv(fd, 0, 60, 1);
    assertThrows(AssertionError.class, () -> calls.syscalls.close(fd));
  }

  @Test
  void bytesThatChangeWhileTheyAreSentAreAFailure() {
    int fd = connected();
    calls.kernel.setFaults(Faults.NONE.with(Fault.LATE_COMPLETION, 1));
    completor.send(fd, calls.memory, calls.put("hello"), noSignal(), 1);
    completor.enter(0);
    calls.put("other");
    calls.kernel.setFaults(Faults.NONE);
    enter();
    assertThrows(AssertionError.class, this::completions);
  }

  @Test
  void aBufferThatIsWrittenWhileItIsLentIsAFailure() {
    int fd = connected();
    provide(0);
    Memory.putByte(buffers.address() + BUFFER_BYTES - 1, (byte) 1);
    completor.recv(fd, 0, 60, 1);
    Calls.send(peer, "hello");
    assertThrows(AssertionError.class, this::enter);
  }

  @Test
  void aBufferIsLentOnce() {
    provide(0);
    assertThrows(AssertionError.class, () -> provide(0));
  }

  @Test
  void aWakeupEndsAWait() {
    completor.wakeup();
    assertEquals(0, completor.enter(-1));
    assertFalse(completor.hasCompletions());
  }
}
