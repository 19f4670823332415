package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transport over completions that come when, and in the order in which, the test says. */
class TransportCompletionTest {
  ScriptedWorld<FakeIo> world = new ScriptedWorld<>(new FakeIo());
  Link link;
  FakeIo.Stream stream;
  long position;

  @BeforeEach
  void open() throws NativeIoException {
    link = world.open(42);
    stream = world.io.streams.getFirst();
  }

  /** Ends what a test left open, as a backend would. */
  @AfterEach
  void close() {
    link.abort();
    assertTrue(stream.closing);
    if (!stream.told) {
      stream.tellClosed();
    }
    world.close();
    assertTrue(world.io.closed);
  }

  private FakeLease lease(int length) {
    FakeLease lease = new FakeLease(position, length);
    position += length;
    return lease;
  }

  private FakeLease arrives(int length) {
    FakeLease lease = lease(length);
    stream.tellReceived(lease);
    world.turn();
    return lease;
  }

  // ---- receiving

  @Test
  void whatStillArrivesAfterStopReadingIsParkedAndComesFirst() {
    link.startReading();
    arrives(10);
    link.stopReading();
    assertFalse(stream.receiving);
    FakeLease first = arrives(20);
    FakeLease second = arrives(30);
    world.settle();
    assertEquals(10, link.handler.received);
    assertFalse(first.released);
    link.startReading();
    assertEquals(10, link.handler.received);
    arrives(40); // behind what is parked, in whatever order the turn goes
    world.settle();
    assertEquals(100, link.handler.received);
    assertTrue(first.released && second.released && stream.receiving);
  }

  @Test
  void parkedBytesAreDeliveredOneByOneAndStopHolds() {
    link.startReading();
    link.stopReading();
    arrives(1);
    arrives(2);
    arrives(3);
    link.handler.onReceived = link.transport::stopReading;
    link.startReading();
    world.settle();
    assertEquals(1, link.handler.received);
    assertFalse(stream.receiving);
    link.startReading();
    world.settle();
    assertEquals(3, link.handler.received);
    link.handler.onReceived = () -> {};
    link.startReading();
    world.settle();
    assertEquals(6, link.handler.received);
    assertTrue(stream.receiving);
  }

  @Test
  void anEndBehindParkedBytesIsToldAfterThem() {
    arrives(5);
    stream.tell(StreamEvents::onEof);
    world.settle();
    assertEquals(List.of(), link.handler.told);
    link.handler.onInputEnd = () -> assertEquals(5, link.handler.received);
    link.startReading();
    world.settle();
    assertEquals(List.of("inputEnd"), link.handler.told);
    assertFalse(stream.receiving);
  }

  @Test
  void anEndThatComesWhileTheParkedAreDueIsToldAfterThem() {
    arrives(5);
    link.startReading();
    stream.tell(StreamEvents::onEof); // its dispatch comes before the delivery
    world.settle();
    assertEquals(5, link.handler.received);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void aFailureBehindParkedBytesIsToldAtOnceAndEndsAfterThem() {
    link.write(10);
    FakeLease lease = arrives(5);
    stream.tell(e -> e.onReceiveFailed(Errno.ECONNRESET));
    world.settle();
    assertEquals(List.of("broken"), link.handler.told);
    assertEquals(1, link.handler.released.size());
    assertFalse(link.write(10));
    assertFalse(lease.released);
    link.startReading();
    world.settle();
    assertEquals(5, link.handler.received);
    assertTrue(stream.closing);
  }

  @Test
  void parkedBytesAreReleasedByEveryKindOfEnd() {
    FakeLease first = arrives(5);
    link.close();
    assertTrue(first.released);
    FakeLease second = arrives(5);
    assertTrue(second.released); // drained
    link.abort();
  }

  @Test
  void parkedBytesAreReleasedByAnAbort() {
    FakeLease lease = arrives(5);
    link.abort();
    assertTrue(lease.released);
  }

  @Test
  void parkedBytesAreReleasedWhenTheLoopCloses() {
    FakeLease lease = arrives(5);
    world.loop.close();
    world.turn();
    assertTrue(lease.released);
    assertTrue(stream.closing);
  }

  // ---- sending

  @Test
  void oneSendIsInFlightAndTheRestWaits() {
    link.writeAndFlush(100);
    link.writeAndFlush(50);
    assertEquals(1, stream.sending.count() - 1);
    stream.tellSent(60);
    world.turn();
    assertEquals(90, link.transport.queuedBytes());
    assertEquals(0, link.handler.released.size());
    stream.tellSent(90);
    world.turn();
    assertEquals(2, link.handler.released.size());
    assertNull(stream.sending);
  }

  @Test
  void aShutdownWaitsForTheSendInFlight() {
    link.writeAndFlush(100);
    link.shutdownOutput();
    assertEquals(0, stream.shutdowns);
    stream.tellSent(40);
    world.turn();
    assertEquals(0, stream.shutdowns);
    stream.tellSent(60);
    world.turn();
    assertEquals(1, stream.shutdowns);
    link.shutdownOutput();
    link.flush();
    assertEquals(1, stream.shutdowns);
  }

  @Test
  void aCloseWaitsForTheSendInFlightAndThenForThePeersEnd() {
    link.writeAndFlush(100);
    link.close();
    assertTrue(stream.receiving);
    stream.tellSent(100);
    world.turn();
    assertEquals(1, stream.shutdowns);
    assertFalse(stream.closing);
    stream.tell(StreamEvents::onEof);
    world.turn();
    assertTrue(stream.closing && !stream.reset);
    stream.tellClosed();
    world.turn();
    assertEquals(List.of("closed"), link.handler.told);
    assertNull(link.handler.cause);
  }

  @Test
  void anAbortedSendsMemoryIsKeptUntilTheKernelIsThroughWithIt() {
    link.writeAndFlush(100);
    link.write(100);
    link.abort();
    assertTrue(stream.closing && stream.reset);
    world.settle();
    assertEquals(0, link.handler.released.size());
    assertEquals(List.of(), link.handler.told);
    stream.tellClosed();
    world.turn();
    assertEquals(2, link.handler.released.size());
    assertEquals(List.of("closed"), link.handler.told);
  }

  @Test
  void aClosingLoopWaitsForTheSendInFlight() {
    link.writeAndFlush(100);
    world.loop.close();
    world.settle();
    assertTrue(stream.closing && stream.reset);
    assertFalse(world.io.closed);
    assertEquals(0, link.handler.released.size());
    stream.tellClosed();
    world.turn();
    assertEquals(1, link.handler.released.size());
    world.closeLoop();
    assertTrue(world.io.closed);
    assertNotNull(link.handler.cause);
  }

  @Test
  void aBreakKeepsTheMemoryOfTheSendInFlightUntilItFails() {
    link.writeAndFlush(100);
    link.writeAndFlush(100);
    stream.tell(e -> e.onBroken(Errno.ECONNRESET));
    world.settle();
    assertEquals(List.of("broken"), link.handler.told);
    assertEquals(0, link.handler.released.size());
    stream.tellSent(-Errno.EPIPE);
    world.settle();
    assertEquals(2, link.handler.released.size());
    assertEquals("ECONNRESET", link.handler.broken.errnoName());
  }

  @Test
  void aBreakDropsTheRestOfTheQueueWhenTheSendInFlightSucceeds() {
    link.writeAndFlush(100);
    link.writeAndFlush(100);
    stream.tell(e -> e.onBroken(Errno.ECONNRESET));
    stream.tellSent(100);
    world.settle();
    assertEquals(2, link.handler.released.size());
    assertEquals(0, link.transport.queuedBytes());
    assertNull(stream.sending);
  }

  @Test
  void aSendThatFailsAfterTheInputsEndClosesTheTransport() {
    stream.tell(StreamEvents::onEof);
    world.turn();
    link.writeAndFlush(100);
    stream.tellSent(-Errno.EPIPE);
    world.turn();
    assertTrue(stream.closing);
    stream.tellClosed();
    world.turn();
    assertEquals(List.of("inputEnd", "closed"), link.handler.told);
    assertEquals("EPIPE", link.handler.errno());
  }

  @Test
  void aSendThatFailsWhileFlushingClosesWithItsCause() {
    link.writeAndFlush(100);
    link.close();
    stream.tellSent(-Errno.ETIMEDOUT);
    world.turn();
    assertTrue(stream.closing);
    stream.tellClosed();
    world.turn();
    assertEquals("ETIMEDOUT", link.handler.errno());
  }

  @Test
  void aReceiveThatFailsWhileFlushingOrDrainingClosesWithItsCause() {
    link.writeAndFlush(100);
    link.close();
    stream.tell(e -> e.onReceiveFailed(Errno.ECONNRESET));
    world.turn();
    assertTrue(stream.closing);
    assertEquals(0, link.handler.released.size());
    stream.tellClosed();
    world.turn();
    assertEquals("ECONNRESET", link.handler.errno());
    assertEquals(1, link.handler.released.size());
  }

  @Test
  void aClosingLoopResetsWhatHasBrokenSinceBytesAreMissing() {
    link.writeAndFlush(100);
    stream.tellSent(-Errno.ENOMEM);
    world.loop.close();
    world.settle();
    assertEquals(1, link.handler.released.size());
    assertTrue(stream.closing && stream.reset);
    stream.tellClosed();
    world.turn();
    assertEquals("ENOMEM", link.handler.errno());
  }

  @Test
  void aCloseDeadlineInTheMiddleOfASendAbortsAndKeepsTheMemory() {
    link.writeAndFlush(100);
    link.close();
    world.clock.advance(World.CLOSE_TIMEOUT);
    world.turn();
    assertTrue(stream.closing && stream.reset);
    assertEquals(0, link.handler.released.size());
    stream.tellClosed();
    world.turn();
    assertEquals("ETIMEDOUT", link.handler.errno());
  }

  @Test
  void noTimerIsLeftBehindByAnEnd() {
    link.close();
    stream.tell(StreamEvents::onEof);
    world.turn();
    stream.tellClosed();
    world.turn();
    world.clock.advance(World.CLOSE_TIMEOUT.multipliedBy(2));
    world.settle();
    assertEquals(List.of("closed"), link.handler.told);
    assertNull(link.handler.cause);
  }

  @Test
  void anAbortByTheOwnerThatABreakReleasesEndsOnce() {
    link.write(100);
    link.handler.onReleased = link.transport::abort;
    stream.tell(e -> e.onBroken(Errno.ECONNRESET));
    world.turn();
    assertTrue(stream.closing && stream.reset);
    stream.tellClosed();
    world.turn();
    assertEquals(List.of("closed"), link.handler.told);
  }

  @Test
  void aCloseByTheOwnerThatABreakReleasesEndsOnce() {
    link.write(100);
    link.handler.onReleased = link.transport::close;
    stream.tell(e -> e.onReceiveFailed(Errno.ECONNRESET));
    world.turn();
    assertTrue(stream.closing);
    stream.tellClosed();
    world.turn();
    assertEquals(List.of("closed"), link.handler.told);
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void aCompletionMayReleaseAnOwnerThatWritesAndFlushes() {
    int[] more = {3};
    link.handler.onReleased =
        () -> {
          if (more[0]-- > 0) {
            link.writeAndFlush(100);
          }
        };
    link.writeAndFlush(100);
    link.writeAndFlush(100);
    stream.tellSent(200);
    world.turn();
    assertEquals(2, stream.sending.count());
    assertEquals(2, link.handler.released.size());
    stream.tellSent(200);
    world.turn();
    stream.tellSent(100);
    world.turn();
    assertEquals(5, link.handler.released.size());
    assertNull(stream.sending);
  }
}
