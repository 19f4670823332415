package dev.zloop.core.transport;

import static dev.zloop.core.transport.ScriptedKernel.AGAIN;
import static dev.zloop.core.transport.ScriptedKernel.FULL;
import static dev.zloop.core.transport.StreamIo.RECEIVE_BYTES_PER_TURN_MAX;
import static dev.zloop.nativereactor.poll.Poller.ERROR;
import static dev.zloop.nativereactor.poll.Poller.HANGUP;
import static dev.zloop.nativereactor.poll.Poller.PEER_CLOSED;
import static dev.zloop.nativereactor.poll.Poller.READABLE;
import static dev.zloop.nativereactor.poll.Poller.WRITABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Edges, and what a kernel says only now and then. */
class ReadinessStreamTest {
  private static final int FD = 7;
  private static final int OTHER = 8;
  private static final int GONE = READABLE | WRITABLE | PEER_CLOSED | ERROR | HANGUP;

  ScriptedKernel kernel = new ScriptedKernel();
  ScriptedKernel.Socket socket = kernel.socket(FD);
  ScriptedWorld<ReadinessIo> world;
  Link link;

  @BeforeEach
  void open() throws NativeIoException {
    world = ScriptedWorld.on(kernel);
    link = world.open(FD);
  }

  @AfterEach
  void close() {
    world.close();
    assertTrue(socket.closed);
    assertTrue(kernel.syscallsClosed);
  }

  private void edge(int readiness) {
    kernel.edge(FD, readiness);
    world.turn();
  }

  // ---- receiving

  @Test
  void aShortReceiveEndsTheEdgeWithoutAnotherCall() {
    link.startReading();
    socket.receives.add(100);
    edge(READABLE);
    world.settle();
    assertEquals(100, link.handler.received);
    assertEquals(1, socket.receiveCalls);
  }

  @Test
  void aReceiveThatFillsItsRoomIsFollowedByAnother() {
    link.startReading();
    socket.receives.addAll(List.of(FULL, 5));
    edge(READABLE);
    world.settle();
    assertEquals(ReceiveBuffers.CHUNK_BYTES + 5, link.handler.received);
  }

  @Test
  void aReceiveThatExactlyFillsItsRoomAndLeavesNothingIsNoEnd() {
    link.startReading();
    socket.receives.add(FULL);
    edge(READABLE);
    world.settle();
    socket.receives.add(3);
    edge(READABLE);
    world.settle();
    assertEquals(ReceiveBuffers.CHUNK_BYTES + 3, link.handler.received);
    assertEquals(List.of(), link.handler.told);
  }

  @Test
  void anEdgeWithNothingBehindItIsHarmless() {
    link.startReading();
    edge(READABLE | WRITABLE);
    edge(READABLE);
    socket.receives.add(4);
    edge(READABLE);
    assertEquals(4, link.handler.received);
    assertEquals(List.of(), link.handler.told);
  }

  @Test
  void anEdgeWhileNotReadingIsRemembered() {
    socket.receives.add(4);
    edge(READABLE);
    world.settle();
    assertEquals(0, socket.receiveCalls);
    link.startReading();
    world.settle();
    assertEquals(4, link.handler.received);
  }

  @Test
  void anEdgeThatComesWhileABacklogWaitsIsNotLost() {
    link.startReading();
    socket.receives.addAll(List.of(FULL, FULL, FULL, 9));
    edge(READABLE);
    edge(READABLE);
    world.settle();
    assertEquals(3L * ReceiveBuffers.CHUNK_BYTES + 9, link.handler.received);
  }

  @Test
  void anEndThatWasAnnouncedIsReceivedAfterShortReceives() {
    link.startReading();
    socket.receives.addAll(List.of(10, 20, 0));
    edge(READABLE | PEER_CLOSED);
    assertEquals(30, link.handler.received);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void anEndWithoutAnAnnouncementIsReceived() {
    link.startReading();
    socket.receives.add(0);
    edge(READABLE);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void aHangupWithBytesUnreadDeliversThemBeforeTheEnd() {
    socket.receives.addAll(List.of(10, 20));
    socket.receivesThen = 0;
    edge(READABLE | WRITABLE | PEER_CLOSED | HANGUP);
    assertEquals(List.of(), link.handler.told);
    link.startReading();
    world.settle();
    assertEquals(30, link.handler.received);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void anAnnouncedEndThatIsNotThereYetIsWaitedFor() {
    edge(PEER_CLOSED);
    world.settle();
    assertEquals(List.of(), link.handler.told);
    socket.receivesThen = 0;
    edge(READABLE | PEER_CLOSED);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void afterTheEndEdgesReceiveNothing() {
    link.startReading();
    socket.receives.add(0);
    edge(READABLE | PEER_CLOSED);
    int calls = socket.receiveCalls;
    edge(READABLE | PEER_CLOSED | WRITABLE);
    world.settle();
    assertEquals(calls, socket.receiveCalls);
  }

  @Test
  void anErrorThatTheReceiveTellsIsTheCause() {
    link.startReading();
    socket.receives.addAll(List.of(10, -Errno.ETIMEDOUT));
    edge(READABLE | PEER_CLOSED);
    world.turn();
    assertEquals(10, link.handler.received);
    assertEquals("ETIMEDOUT", link.handler.errno());
  }

  @Test
  void anErrorThatTheSocketTellsIsTheCauseAlthoughTheReceiveThenPlaysAnEnd() {
    link.startReading();
    socket.error = Errno.ECONNRESET;
    socket.receives.addAll(List.of(10, 0));
    edge(GONE);
    world.turn();
    assertEquals(10, link.handler.received);
    assertEquals(List.of("closed"), link.handler.told);
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void anErrorThatTheReceiveCannotTellAnyMoreIsTheCauseAlthoughItSaysTryAgain() {
    link.startReading();
    socket.error = Errno.ECONNRESET;
    edge(GONE);
    world.turn();
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void anErrorThatComesWithTheEdgeIsTheCauseThoughTheSocketNoLongerHasIt() {
    link.startReading();
    socket.errorOfEdge = Errno.ECONNRESET;
    socket.receivesThen = 0;
    edge(GONE);
    world.turn();
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void anErrorEdgeWithoutAnErrorIsHarmless() {
    link.startReading();
    socket.receives.add(5);
    edge(READABLE | ERROR);
    world.settle();
    assertEquals(5, link.handler.received);
    assertEquals(List.of(), link.handler.told);
  }

  // ---- sending

  @Test
  void aPartialSendWaitsForAnEdge() {
    socket.sends.add(30);
    link.writeAndFlush(100);
    world.settle();
    assertEquals(30, socket.sent);
    assertEquals(1, socket.sendCalls);
    edge(WRITABLE);
    assertEquals(100, socket.sent);
    assertEquals(1, link.handler.released.size());
  }

  @Test
  void aSendThatIsToldToTryAgainWaitsForAnEdge() {
    socket.sends.add(AGAIN);
    link.writeAndFlush(100);
    link.writeAndFlush(50);
    world.settle();
    assertEquals(1, socket.sendCalls);
    edge(WRITABLE);
    assertEquals(150, socket.sent);
  }

  @Test
  void anEdgeWithoutRoomIsHarmless() {
    socket.sends.addAll(List.of(AGAIN, AGAIN, 1, AGAIN));
    link.writeAndFlush(100);
    edge(WRITABLE);
    edge(WRITABLE);
    edge(WRITABLE);
    edge(WRITABLE);
    assertEquals(100, socket.sent);
  }

  @Test
  void aSendThatFailsIsToldAndBytesThatWaitAreStillRead() {
    socket.receives.add(10);
    edge(READABLE);
    socket.sends.add(-Errno.EPIPE);
    link.writeAndFlush(100);
    assertEquals(1, link.handler.released.size());
    world.settle();
    assertEquals(List.of("broken"), link.handler.told);
    assertEquals("EPIPE", link.handler.broken.errnoName());
    socket.receivesThen = 0;
    link.startReading();
    world.settle();
    assertEquals(10, link.handler.received);
    assertEquals(List.of("broken", "closed"), link.handler.told);
    assertEquals("EPIPE", link.handler.errno());
  }

  @Test
  void anErrorThatTheSendTookIsNoOrderlyEnd() {
    link.startReading();
    socket.sends.add(-Errno.ECONNRESET);
    socket.receivesThen = 0;
    link.writeAndFlush(100);
    world.settle();
    assertEquals(List.of("closed"), link.handler.told);
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void anErrorThatTheSendTookEndsATransportThatReadsNothing() {
    socket.sends.add(-Errno.ECONNRESET);
    socket.receivesThen = 0;
    link.writeAndFlush(100);
    world.settle();
    assertEquals("closed", link.handler.told.getLast());
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void aSendThatFailsInALaterTurnDropsTheQueue() {
    link.startReading();
    socket.sends.addAll(List.of(AGAIN, -Errno.EPIPE));
    link.writeAndFlush(100);
    link.writeAndFlush(100);
    socket.receivesThen = 0;
    edge(WRITABLE);
    world.settle();
    assertEquals(2, link.handler.released.size());
    assertEquals("EPIPE", link.handler.errno());
  }

  @Test
  void aBreakDuringASendKeepsItsMemoryUntilTheSendHasFailed() {
    socket.sends.addAll(List.of(AGAIN, -Errno.EPIPE));
    link.writeAndFlush(100);
    socket.error = Errno.ECONNRESET;
    socket.receivesThen = 0;
    edge(GONE);
    world.settle();
    assertEquals("ECONNRESET", link.handler.errno());
    assertEquals(1, link.handler.released.size());
  }

  @Test
  void aShutdownThatFailsTellsTheSocketsError() {
    socket.shutdownResult = -Errno.ENOTCONN;
    socket.error = Errno.ETIMEDOUT;
    socket.receivesThen = 0;
    link.shutdownOutput();
    world.settle();
    assertEquals("ETIMEDOUT", link.handler.errno());
  }

  @Test
  void aFlushThatTheKernelTakesWholeGoesOnInTheNextTurnAfterItsShare() {
    for (int i = 0; i < 40; i++) {
      link.write(100_000);
    }
    link.flush();
    long first = socket.sent;
    assertTrue(first > 0 && first <= 2L << 20, first + " bytes");
    world.turn();
    assertTrue(socket.sent > first && socket.sent <= 2 * first, socket.sent + " bytes");
    world.settle();
    assertEquals(4_000_000, socket.sent);
  }

  // ---- fairness

  @Test
  void aFloodGetsItsShareOfATurnAndTheOthersGetTheirs() throws NativeIoException {
    ScriptedKernel.Socket other = kernel.socket(OTHER);
    Link quiet = world.open(OTHER);
    link.startReading();
    quiet.startReading();
    for (int i = 0; i < 10_000; i++) {
      socket.receives.add(FULL);
    }
    for (int turn = 1; turn <= 20; turn++) {
      other.receives.add(10);
      long before = socket.received;
      kernel.edge(FD, READABLE);
      kernel.edge(OTHER, READABLE);
      world.turn();
      assertTrue(socket.received - before <= RECEIVE_BYTES_PER_TURN_MAX);
      assertEquals(10L * turn, quiet.handler.received);
    }
    assertEquals(20L * RECEIVE_BYTES_PER_TURN_MAX, socket.received);
  }

  @Test
  void aFloodOfSmallReceivesIsBoundedToo() {
    link.startReading();
    for (int i = 0; i < 10_000; i++) {
      socket.receives.add(1000);
    }
    kernel.edge(FD, READABLE | PEER_CLOSED); // goes on after short receives
    for (int turn = 0; turn < 5; turn++) {
      long before = socket.received;
      world.turn();
      assertTrue(socket.received - before <= RECEIVE_BYTES_PER_TURN_MAX);
      assertTrue(socket.received > before);
    }
  }

  @Test
  void whatWasLeftOverAndWhatANewEdgeAnnouncesAreOneShareOfATurn() {
    link.startReading();
    socket.receives.add(FULL);
    kernel.edge(FD, READABLE);
    world.turn(); // leaves the rest for the next turn
    assertEquals(RECEIVE_BYTES_PER_TURN_MAX, socket.received);
    socket.receives.add(200_000);
    socket.receives.add(200_000);
    kernel.edge(FD, READABLE);
    world.turn();
    assertTrue(socket.received <= 2L * RECEIVE_BYTES_PER_TURN_MAX, socket.received + " bytes");
    world.settle();
    assertEquals(link.handler.received, socket.received);
  }

  @Test
  void aStreamWhoseBytesHaveNoMemoryEndsAndTheOthersGoOn() throws NativeIoException {
    ScriptedKernel.Socket other = kernel.socket(OTHER);
    ScriptedKernel.Socket third = kernel.socket(9);
    ReceiveBuffers poor =
        new ReceiveBuffers(
            1,
            length -> {
              throw new OutOfMemoryError("none left, on purpose");
            });
    try (var poorWorld = new ScriptedWorld<>(new ReadinessIo(kernel, kernel, poor))) {
      Link hoarder = poorWorld.open(OTHER);
      Link modest = poorWorld.open(9);
      hoarder.handler.retain = true;
      hoarder.startReading();
      modest.startReading();
      for (int i = 0; i < 10; i++) {
        other.receives.add(60_000);
        third.receives.add(100);
        kernel.edge(OTHER, READABLE);
        kernel.edge(9, READABLE);
        poorWorld.turn();
      }
      poorWorld.settle();
      assertEquals("ENOMEM", hoarder.handler.errno());
      assertEquals(1000, modest.handler.received);
    }
  }

  // ---- handles

  @Test
  void aDescriptorThatCannotBeWatchedRemainsTheCallers() throws NativeIoException {
    ScriptedKernel.Socket other = kernel.socket(OTHER);
    other.registerResult = -Errno.ENOSPC;
    NativeIoException e = assertThrows(NativeIoException.class, () -> world.open(OTHER));
    assertEquals("ENOSPC", e.errnoName());
    assertFalse(other.closed);
    other.registerResult = 0;
    Link second = world.open(OTHER);
    second.startReading();
    other.receives.add(5);
    kernel.edge(OTHER, READABLE);
    world.turn();
    assertEquals(5, second.handler.received);
  }

  @Test
  void aDescriptorThatCannotBeWatchedAndIsConnectedRemainsTheCallers() {
    ScriptedKernel.Socket other = kernel.socket(OTHER);
    other.registerResult = -Errno.ENOMEM;
    assertThrows(
        NativeIoException.class, () -> world.io.connect(OTHER, 0, 0, new ConnectRecorder()));
    assertFalse(other.closed);
    world.settle();
  }

  @Test
  void anEventOfAClosedHandleDoesNotReachTheNextOfItsSlot() throws NativeIoException {
    Link[] next = new Link[1];
    link.startReading();
    link.handler.onReceived =
        () -> {
          link.transport.abort();
          try {
            next[0] = world.open(OTHER);
          } catch (NativeIoException e) {
            throw new AssertionError(e);
          }
          next[0].startReading();
        };
    socket.receives.add(1);
    kernel.socket(OTHER).receivesThen = 0;
    kernel.edge(FD, READABLE);
    kernel.edge(FD, READABLE | PEER_CLOSED);
    world.turn();
    world.turn();
    assertEquals(0, kernel.socket(OTHER).receiveCalls);
    assertEquals(List.of(), next[0].handler.told);
  }

  @Test
  void closedHandlesAreToldInALaterTurnAlsoFromWithinABacklog() throws NativeIoException {
    Link other = world.open(OTHER);
    int[] turn = new int[1];
    for (Link each : List.of(link, other)) {
      each.startReading();
      each.handler.onReceived =
          () -> {
            if (each.handler.received > RECEIVE_BYTES_PER_TURN_MAX && turn[0] == 0) {
              turn[0] = world.turns;
              (each == link ? other : link).transport.abort();
            }
          };
      each.handler.onClosed = () -> assertTrue(world.turns > turn[0]);
      kernel.socket(each.transport.fd()).receives.addAll(List.of(FULL, FULL, FULL));
      kernel.edge(each.transport.fd(), READABLE);
    }
    world.settle();
    assertTrue(turn[0] > 0);
    assertTrue(link.handler.closed ^ other.handler.closed);
  }

  // ---- connecting

  private static final class ConnectRecorder implements StreamEvents {
    final List<String> told = new ArrayList<>();

    @Override
    public void onConnected(int result) {
      told.add("connected " + (result == 0 ? "" : Errno.name(-result)));
    }

    @Override
    public void onReceived(Lease lease) {
      lease.release();
      told.add("received");
    }

    @Override
    public void onEof() {
      told.add("eof");
    }

    @Override
    public void onSent(int result) {
      told.add("sent");
    }

    @Override
    public void onBroken(int errno) {
      told.add("broken");
    }

    @Override
    public void onReceiveFailed(int errno) {
      told.add("receive failed");
    }

    @Override
    public void onClosed() {
      told.add("closed");
    }
  }

  private void assertConnect(int result, int error, int readiness, String... told)
      throws NativeIoException {
    ScriptedKernel.Socket other = kernel.socket(OTHER);
    other.connectResult = result;
    other.error = error;
    ConnectRecorder events = new ConnectRecorder();
    StreamIo stream = world.io.connect(OTHER, 0, 0, events);
    assertEquals(List.of(), events.told);
    if (readiness != 0) {
      world.settle();
      assertEquals(List.of(), events.told);
      kernel.edge(OTHER, readiness);
    }
    world.settle();
    assertEquals(List.of(told), events.told);
    stream.close(false);
    world.settle();
    assertTrue(other.closed);
    assertEquals("closed", events.told.getLast());
  }

  @Test
  void aConnectThatIsDoneAtOnceIsToldLater() throws NativeIoException {
    assertConnect(0, 0, 0, "connected ");
  }

  @Test
  void aConnectThatIsRefusedAtOnceIsToldLaterAndNothingElse() throws NativeIoException {
    kernel.socket(OTHER).receivesThen = -Errno.ENOTCONN;
    assertConnect(-Errno.ECONNREFUSED, 0, 0, "connected ECONNREFUSED");
  }

  @Test
  void aConnectThatGoesOnIsDoneWithTheEdge() throws NativeIoException {
    assertConnect(-Errno.EINPROGRESS, 0, WRITABLE, "connected ");
  }

  @Test
  void aConnectThatFailsInTheEndTellsItsErrorAndNothingElse() throws NativeIoException {
    kernel.socket(OTHER).receivesThen = 0;
    assertConnect(-Errno.EINPROGRESS, Errno.ETIMEDOUT, GONE, "connected ETIMEDOUT");
  }

  @Test
  void aConnectFailsByTheErrorThatComesWithTheEdge() throws NativeIoException {
    kernel.socket(OTHER).receivesThen = 0;
    kernel.socket(OTHER).errorOfEdge = Errno.ECONNREFUSED;
    assertConnect(-Errno.EINPROGRESS, 0, GONE, "connected ECONNREFUSED");
    assertTrue(kernel.socket(OTHER).leaving, "the poller hears of the close before it");
  }

  @Test
  void aReadableEdgeAloneDoesNotEndAConnect() throws NativeIoException {
    assertConnect(-Errno.EINPROGRESS, 0, READABLE | WRITABLE, "connected ");
  }

  @Test
  void aConnectMayBeClosedBeforeItsEnd() throws NativeIoException {
    kernel.socket(OTHER).connectResult = -Errno.EINPROGRESS;
    ConnectRecorder events = new ConnectRecorder();
    world.io.connect(OTHER, 0, 0, events).close(true);
    kernel.edge(OTHER, WRITABLE);
    world.settle();
    assertEquals(List.of("closed"), events.told);
  }

  @Test
  void aConnectedStreamBecomesATransport() throws NativeIoException {
    ScriptedKernel.Socket other = kernel.socket(OTHER);
    other.connectResult = -Errno.EINPROGRESS;
    Recorder handler = new Recorder();
    StreamIo[] stream = new StreamIo[1];
    Transport[] transport = new Transport[1];
    StreamEvents connecting =
        new ConnectEvents(() -> {
          transport[0] = Transport.adopt(world.loop, stream[0], World.OPTIONS, t -> handler);
          transport[0].startReading();
        });
    stream[0] = world.io.connect(OTHER, 0, 0, connecting);
    other.receives.add(12);
    kernel.edge(OTHER, READABLE | WRITABLE);
    world.settle();
    assertEquals(12, handler.received);
    transport[0].abort();
    world.settle();
    assertTrue(handler.closed);
    assertNull(handler.cause);
  }

  private record ConnectEvents(Runnable connected) implements StreamEvents {
    @Override
    public void onConnected(int result) {
      connected.run();
    }

    @Override
    public void onReceived(Lease lease) {
      throw new AssertionError();
    }

    @Override
    public void onEof() {
      throw new AssertionError();
    }

    @Override
    public void onSent(int result) {
      throw new AssertionError();
    }

    @Override
    public void onBroken(int errno) {
      throw new AssertionError();
    }

    @Override
    public void onReceiveFailed(int errno) {
      throw new AssertionError();
    }

    @Override
    public void onClosed() {
      throw new AssertionError();
    }
  }
}
