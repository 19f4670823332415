package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What a transport promises about its end, whatever is below it. */
@OnEveryGround
class EndingContractTest {
  private static final Duration ALMOST = World.CLOSE_TIMEOUT.minusNanos(1);
  private static final Duration A_BIT = Duration.ofNanos(1);

  @Parameter Ground ground;
  World world;
  Link link;

  @BeforeEach
  void open() {
    world = new World(ground);
    link = world.link();
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void untilClosed() {
    world.until(() -> link.handler.closed);
  }

  // ---- gracefully

  @Test
  void aCloseSendsWhatIsQueuedAndEndsInOrder() {
    link.write(100_000);
    link.close();
    world.until(link.peer::sawEnd);
    assertEquals(100_000, link.peer.received);
    assertNull(link.peer.failure);
    assertFalse(link.handler.closed, "it drains until the peer has ended");
    link.peer.close();
    untilClosed();
    assertNull(link.handler.cause);
    assertEquals(List.of("closed"), link.handler.told);
  }

  @Test
  void aCloseAfterThePeersEndIsDoneWithTheLastByte() {
    link.peer.shutdownOutput();
    world.until(() -> link.handler.told.equals(List.of("inputEnd")));
    link.write(100_000);
    link.close();
    world.until(link.peer::sawEnd);
    untilClosed();
    assertEquals(100_000, link.peer.received);
    assertNull(link.handler.cause);
  }

  @Test
  void aCloseWithUnreadInputDestroysNothingThatWasSent() {
    link.peer.sendUntilFull();
    link.write(8 << 20);
    link.close();
    world.settle();
    link.peer.sendUntilFull();
    world.until(() -> {
      link.peer.receive(100_000);
      if (!link.peer.ended) {
        link.peer.send(100_000); // it goes on talking, and nobody listens
      }
      return link.peer.ended || link.peer.failure != null;
    });
    assertNull(link.peer.failure);
    assertEquals(8 << 20, link.peer.received);
    link.peer.close();
    untilClosed();
    assertNull(link.handler.cause);
    assertEquals(0, link.handler.received);
  }

  @Test
  void aPeerThatReadsOnlyAfterItHasSentAllGetsEveryByteOfACloseWithUnreadInput() {
    link = world.narrowLink();
    link.write(1 << 20);
    link.close();
    world.until(() -> {
      link.peer.send(50_000);
      return link.peer.sent > 4 << 20;
    });
    link.peer.shutdownOutput();
    world.until(link.peer::sawEnd);
    assertNull(link.peer.failure);
    assertEquals(1 << 20, link.peer.received);
    untilClosed();
    assertNull(link.handler.cause);
  }

  @Test
  void nothingIsDeliveredAfterClose() {
    link.startReading();
    link.peer.send(5);
    world.until(() -> link.handler.received == 5);
    link.close();
    link.peer.send(7);
    link.peer.close();
    untilClosed();
    assertEquals(5, link.handler.received);
    assertEquals(List.of("closed"), link.handler.told);
  }

  @Test
  void aPeerThatTakesNothingIsAbortedAfterTheTimeout() {
    link = world.fullLink();
    link.close();
    world.settle();
    world.clock.advance(ALMOST);
    world.settle();
    assertFalse(link.handler.closed);
    world.clock.advance(A_BIT);
    untilClosed();
    assertEquals("ETIMEDOUT", link.handler.errno());
    if (ground.resets()) {
      world.until(link.peer::sawEnd);
      assertNotNull(link.peer.failure);
    }
  }

  @Test
  void eachByteTakenGrantsTheTimeoutAnew() {
    link = world.fullLink();
    link.write(1 << 20);
    link.close();
    for (int i = 0; i < 3; i++) {
      world.settle();
      world.clock.advance(ALMOST);
      long queued = link.transport.queuedBytes();
      world.until(() -> {
        link.peer.receive(20_000);
        return link.transport.queuedBytes() < queued;
      });
      assertTrue(link.transport.queuedBytes() > 0);
      assertFalse(link.handler.closed);
    }
    world.until(link.peer::sawEnd);
    assertEquals(link.position(), link.peer.received);
  }

  @Test
  void aPeerThatDoesNotEndIsNotWaitedForBeyondTheTimeout() {
    link.write(5);
    link.close();
    world.until(link.peer::sawEnd);
    world.settle();
    world.clock.advance(ALMOST);
    world.settle();
    assertFalse(link.handler.closed);
    world.clock.advance(A_BIT);
    untilClosed();
    assertNull(link.handler.cause);
    assertEquals(5, link.peer.received);
  }

  @Test
  void aPeerThatNeverStopsTalkingIsNotDrainedForEver() {
    link.close();
    for (int i = 0; i < 10; i++) {
      link.peer.sendUntilFull();
      world.settle();
      assertFalse(link.handler.closed);
    }
    world.clock.advance(World.CLOSE_TIMEOUT);
    untilClosed();
    assertNull(link.handler.cause);
  }

  @Test
  void aResetWhileClosingIsTheCause() {
    assumeTrue(ground.resets());
    link = world.fullLink();
    link.close();
    link.peer.reset();
    untilClosed();
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void aCloseAfterAnUnnoticedResetTellsTheReset() {
    assumeTrue(ground.resets());
    link.peer.reset();
    link.close();
    untilClosed();
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void aShutdownAfterAnUnnoticedResetTellsTheReset() {
    assumeTrue(ground.resets());
    link.peer.reset();
    link.shutdownOutput();
    untilClosed();
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void closeIsIdempotentAndAbortCutsItShort() {
    link = world.fullLink();
    link.close();
    link.close();
    world.settle();
    link.abort();
    link.abort();
    link.close();
    untilClosed();
    link.close();
    link.abort();
    assertEquals(List.of("closed"), link.handler.told);
  }

  // ---- at once

  @Test
  void anAbortResetsThePeer() {
    link.abort();
    untilClosed();
    world.until(link.peer::sawEnd);
    assertEquals(ground.resets(), link.peer.failure != null);
  }

  @Test
  void anAbortsReasonIsTheCause() {
    IOException why = new IOException("enough");
    link.handler.within(() -> link.transport.abort(why));
    link.handler.within(() -> link.transport.abort(new IOException("too late")));
    untilClosed();
    assertSame(why, link.handler.cause);
  }

  @Test
  void anAbortReleasesWhatIsQueued() {
    link = world.fullLink();
    link.abort();
    untilClosed();
    assertEquals(link.written.size(), link.handler.released.size());
  }

  @Test
  void theEndIsToldInALaterTurn() {
    int[] turn = new int[1];
    link.handler.onClosed = () -> assertTrue(world.turns > turn[0]);
    world.loop.execute(() -> {
      link.abort();
      turn[0] = world.turns;
    });
    untilClosed();
  }

  @Test
  void theEndIsToldInALaterTurnAlsoWhenAnotherConnectionCausedIt() {
    // Both have more than a turn's worth: the first to get its second share ends the other, which
    // waits for its own in the same turn.
    Link other = world.link();
    int[] turn = new int[1];
    for (Link each : List.of(link, other)) {
      each.peer.sendUntilFull();
      each.handler.onReceived =
          () -> {
            if (each.handler.received > StreamIo.RECEIVE_BYTES_PER_TURN_MAX && turn[0] == 0) {
              turn[0] = world.turns;
              (each == link ? other : link).abort();
            }
          };
      each.handler.onClosed = () -> assertTrue(world.turns > turn[0], "told in the same turn");
      each.startReading();
    }
    world.settle();
    assumeTrue(turn[0] > 0, "the kernel holds less than a turn's worth");
    world.until(() -> link.handler.closed || other.handler.closed);
  }

  @Test
  void aDescriptorsNumberMayBeUsedAgainAtOnceAndItsEventsGoToNobody() {
    Link other = world.link();
    World.Waiting waiting = world.connect(World.OPTIONS, 0);
    Link[] next = new Link[1];
    boolean[] reused = new boolean[1];
    for (Link each : List.of(link, other)) {
      each.startReading();
      each.handler.onReceived =
          () -> {
            if (next[0] == null) {
              Link victim = each == link ? other : link;
              victim.abort(); // its event has been fetched already
              next[0] = world.accept(waiting);
              next[0].startReading();
              reused[0] = next[0].transport.fd() == victim.transport.fd();
            }
          };
    }
    world.settle();
    link.peer.send(5);
    other.peer.send(5);
    world.until(() -> next[0] != null);
    world.settle();
    assumeTrue(reused[0], "a close that waits for what is in flight frees the number later");
    assertEquals(0, next[0].handler.received);
    assertEquals(List.of(), next[0].handler.told);
    assertEquals(5, link.handler.received + other.handler.received);
    next[0].peer.send(6);
    world.until(() -> next[0].handler.received == 6);
  }

  // ---- handlers that throw

  private void assertThatItEndsOnlyThis(Runnable cause) {
    Link other = world.link();
    other.startReading();
    cause.run();
    untilClosed();
    assertEquals("broken on purpose", world.errors.getFirst().getMessage());
    assertEquals(1, world.errors.size());
    world.errors.clear();
    other.peer.send(5);
    world.until(() -> other.handler.received == 5);
  }

  private static void fail() {
    throw new IllegalStateException("broken on purpose");
  }

  @Test
  void aHandlerThatThrowsOnReceivedEndsOnlyItsOwnTransport() {
    link.handler.onReceived = EndingContractTest::fail;
    link.startReading();
    assertThatItEndsOnlyThis(() -> link.peer.send(5));
    assertEquals("broken on purpose", link.handler.cause.getCause().getMessage());
  }

  @Test
  void aHandlerThatThrowsOnInputEndEndsOnlyItsOwnTransport() {
    link.handler.onInputEnd = EndingContractTest::fail;
    assertThatItEndsOnlyThis(link.peer::shutdownOutput);
    assertNotNull(link.handler.cause);
  }

  @Test
  void aHandlerThatThrowsOnWritableEndsOnlyItsOwnTransport() {
    link = world.fullLink();
    link.handler.onWritable = EndingContractTest::fail;
    assertThatItEndsOnlyThis(() ->
        world.until(() -> {
          link.peer.receiveAll();
          return link.handler.closed;
        }));
    assertNotNull(link.handler.cause);
  }

  @Test
  void aHandlerThatThrowsOnReleasedEndsOnlyItsOwnTransport() {
    link.handler.onReleased = EndingContractTest::fail;
    assertThatItEndsOnlyThis(() -> link.writeAndFlush(5));
    assertNotNull(link.handler.cause);
  }

  @Test
  void aHandlerThatThrowsOnBrokenEndsOnlyItsOwnTransport() {
    assumeTrue(ground.resets());
    link.handler.onBroken = EndingContractTest::fail;
    assertThatItEndsOnlyThis(() -> {
      link.peer.send(5);
      link.peer.reset();
    });
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void aHandlerThatThrowsOnClosedIsReported() {
    link.handler.onClosed =
        () -> {
          link.handler.closed = true;
          fail();
        };
    assertThatItEndsOnlyThis(link::abort);
  }

  @Test
  void aHandlersFactoryThatThrowsLeavesTheDescriptorToTheCaller() {
    World.Waiting waiting = world.connect(World.OPTIONS, 0);
    int fd = world.acceptFd(waiting);
    assertThrows(
        IllegalStateException.class,
        () ->
            Transport.open(
                world.loop,
                fd,
                World.OPTIONS,
                transport -> {
                  throw new IllegalStateException("broken on purpose");
                }));
    world.settle();
    assertTrue(world.syscalls.open.contains(fd));
    World.ok(world.syscalls.close(fd));
    waiting.peer().close();
  }

  // ---- the loop closes

  private void closeLoop() {
    world.closeLoop();
    assertFalse(world.loop.onClosed().toCompletableFuture().isCompletedExceptionally());
    assertTrue(link.handler.closed);
  }

  @Test
  void aLoopThatClosesEndsAnIdleTransportInOrder() {
    closeLoop();
    assertNotNull(link.handler.cause);
    world.untilWithoutTurns(link.peer::sawEnd);
    assertTrue(link.peer.ended);
  }

  @Test
  void aLoopThatClosesResetsATransportWithUnsentBytes() {
    link = world.fullLink();
    closeLoop();
    assertNotNull(link.handler.cause);
    world.untilWithoutTurns(link.peer::sawEnd);
    assertEquals(ground.resets(), link.peer.failure != null);
  }

  @Test
  void aLoopThatClosesEndsATransportThatFlushesItsLast() {
    link = world.fullLink();
    link.close();
    world.settle();
    closeLoop();
    assertNotNull(link.handler.cause);
  }

  @Test
  void aLoopThatClosesWhileThePeerTakesTheLastClosesWithoutADefect() {
    link = world.fullLink();
    link.close();
    world.settle();
    world.loop.close();
    link.peer.receive(50_000);
    closeLoop();
  }

  @Test
  void aLoopThatClosesEndsATransportThatDrains() {
    link.close();
    world.until(link.peer::sawEnd);
    closeLoop();
    assertNull(link.handler.cause);
  }

  @Test
  void aLoopThatClosesLetsAnAbortEnd() {
    link.abort();
    closeLoop();
    assertEquals(List.of("closed"), link.handler.told);
  }

  @Test
  void aTransportMayBeClosedInTheTurnInWhichItsLoopCloses() {
    link = world.fullLink();
    world.loop.execute(() -> {
      world.loop.close();
      link.close();
      link.transport.shutdownOutput();
    });
    closeLoop();
  }

  @Test
  void aTransportOpenedWhileItsLoopClosesEndsAtOnce() {
    Link[] late = new Link[1];
    link.handler.onClosed = () -> late[0] = world.link();
    closeLoop();
    assertTrue(late[0].handler.closed);
  }
}
