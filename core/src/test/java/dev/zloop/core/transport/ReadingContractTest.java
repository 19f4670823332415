package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What a transport promises about receiving, whatever is below it. */
@OnEveryGround
class ReadingContractTest {
  private static final int MIB = 1 << 20;

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

  @Test
  void whatThePeerSendsArrivesWholeAndInOrder() {
    link.startReading();
    world.until(() -> {
      if (link.peer.sent < 8 * MIB) {
        link.peer.send(100_000);
      }
      return link.peer.sent >= 8 * MIB && link.handler.received == link.peer.sent;
    });
  }

  @Test
  void nothingIsDeliveredBeforeReadingIsStarted() {
    link.peer.send(5);
    world.untilArrived(link);
    assertEquals(0, link.handler.received);
    link.startReading();
    world.until(() -> link.handler.received == 5);
  }

  @Test
  void nothingIsDeliveredWithinStartReading() {
    link.peer.send(5);
    world.untilArrived(link);
    link.startReading(); // the recorder would object
    assertEquals(0, link.handler.received);
    world.until(() -> link.handler.received == 5);
  }

  @Test
  void nothingIsDeliveredAfterStopReading() {
    link.startReading();
    link.peer.send(5);
    world.until(() -> link.handler.received == 5);
    link.stopReading();
    link.peer.send(7);
    world.untilArrived(link);
    assertEquals(5, link.handler.received);
    link.startReading();
    world.until(() -> link.handler.received == 12);
  }

  @Test
  void stopReadingWithinACallbackHoldsAtOnce() {
    link.handler.onReceived = link.transport::stopReading;
    long filled = link.peer.sendUntilFull();
    link.startReading();
    world.until(() -> link.handler.received > 0);
    long first = link.handler.received;
    assertTrue(first <= ReceiveBuffers.CHUNK_BYTES);
    world.settle();
    assertEquals(first, link.handler.received);
    link.handler.onReceived = () -> {};
    link.startReading();
    world.until(() -> link.handler.received == filled);
  }

  @Test
  void aPeerThatIsNotReadIsStoppedByTheWindow() {
    link = world.narrowLink();
    fillThePeersWay(16 * World.NARROW_BYTES);
    assertEquals(0, link.handler.received);
    long taken = link.peer.sent;
    link.startReading();
    world.until(() -> link.handler.received == taken);
    world.until(() -> link.peer.send(1) == 1);
  }

  @Test
  void afterStopReadingThePeerSendsNoMoreThanTheKernelAndTheOvershootHold() {
    link = world.narrowLink();
    link.startReading();
    link.peer.send(100);
    world.until(() -> link.handler.received == 100);
    link.stopReading();
    fillThePeersWay(StreamIo.OVERSHOOT_BYTES_MAX + 16 * World.NARROW_BYTES);
  }

  /** Until the peer is stopped for good, and not merely because a busy kernel is slow. */
  private void fillThePeersWay(long bytesMax) {
    for (int full = 0; full < 5; full++) {
      if (link.peer.sendUntilFull() > 0) {
        full = 0;
      }
      assertTrue(link.peer.sent < bytesMax, "not stopped after " + link.peer.sent + " bytes");
      world.settle();
    }
  }

  @Test
  void startAndStopReadingMayBeRepeated() {
    link.startReading();
    link.startReading();
    link.stopReading();
    link.stopReading();
    link.startReading();
    link.peer.send(3);
    world.until(() -> link.handler.received == 3);
  }

  @Test
  void readingStoppedAndStartedInEveryCallbackLosesNothing() {
    link.handler.onReceived =
        () -> {
          link.transport.stopReading();
          link.transport.startReading();
        };
    link.startReading();
    world.until(() -> {
      if (link.peer.sent < 4 * MIB) {
        link.peer.send(300_000);
      }
      return link.handler.received >= 4 * MIB;
    });
  }

  @Test
  void theEndIsToldAfterTheLastByte() {
    link.startReading();
    link.peer.send(5);
    link.peer.shutdownOutput();
    link.handler.onInputEnd = () -> assertEquals(5, link.handler.received);
    world.until(() -> !link.handler.told.isEmpty());
    world.settle();
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void theEndIsNoticedAlthoughNothingIsRead() {
    link.peer.shutdownOutput();
    world.until(() -> !link.handler.told.isEmpty());
    world.settle();
    link.startReading();
    world.settle();
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void theEndIsNoticedAfterReadingWasStopped() {
    link.startReading();
    link.peer.send(5);
    world.until(() -> link.handler.received == 5);
    link.stopReading();
    link.peer.shutdownOutput();
    world.until(() -> !link.handler.told.isEmpty());
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void anEndBehindUnreadBytesWaitsUntilTheyAreRead() {
    link.peer.send(5);
    link.peer.shutdownOutput();
    world.untilArrived(link);
    assertEquals(List.of(), link.handler.told);
    link.startReading();
    world.until(() -> !link.handler.told.isEmpty());
    assertEquals(5, link.handler.received);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void anEndThatCameWithTheBytesIsNoticedWhenReadingStopsBehindTheLast() {
    link.peer.send(5);
    link.peer.shutdownOutput();
    link.handler.onReceived =
        () -> {
          if (link.handler.received == 5) {
            link.transport.stopReading();
          }
        };
    link.startReading();
    world.until(() -> !link.handler.told.isEmpty());
    assertEquals(5, link.handler.received);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void anEndBehindMoreThanATurnsWorthArrivesAfterAll() {
    long filled = link.peer.sendUntilFull();
    link.peer.shutdownOutput();
    link.startReading();
    world.until(() -> !link.handler.told.isEmpty());
    assertEquals(filled, link.handler.received);
    assertEquals(List.of("inputEnd"), link.handler.told);
  }

  @Test
  void aResetIsNoticedAlthoughNothingIsRead() {
    assumeTrue(ground.resets());
    link.peer.reset();
    world.until(() -> link.handler.closed);
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void aResetBehindUnreadBytesIsToldAtOnceAndTheBytesCanStillBeRead() {
    assumeTrue(ground.resets());
    link.peer.send(5);
    world.untilArrived(link);
    link.peer.reset();
    world.until(() -> link.handler.broken != null);
    world.settle();
    assertEquals("ECONNRESET", link.handler.broken.errnoName());
    assertEquals(List.of("broken"), link.handler.told);
    assertFalse(link.transport.isWritable());
    link.startReading();
    world.until(() -> link.handler.closed);
    assertEquals(5, link.handler.received);
    assertEquals(List.of("broken", "closed"), link.handler.told);
    assertEquals("ECONNRESET", link.handler.errno());
  }

  @Test
  void whatArrivedBeforeAResetIsDeliveredAndThenTheCause() {
    assumeTrue(ground.resets());
    assumeTrue(ground.prompt()); // with an error pending, "nothing yet" means "nothing any more"
    int sent = link.peer.send(70_000);
    world.untilArrived(link);
    link.startReading();
    link.peer.reset();
    world.until(() -> link.handler.closed);
    assertEquals("ECONNRESET", link.handler.errno());
    assertEquals(sent, link.handler.received);
    assertEquals(List.of("closed"), link.handler.told);
  }

  @Test
  void aRetainedLeaseKeepsItsBytes() {
    link.handler.retain = true;
    link.startReading();
    world.until(() -> {
      if (link.peer.sent < 2 * MIB) {
        link.peer.send(50_000);
      }
      return link.handler.received >= 2 * MIB;
    });
    long position = 0;
    for (Lease lease : link.handler.retained) {
      Pattern.check(lease.buffer(), lease.offset(), lease.length(), position);
      position += lease.length();
    }
    assertEquals(link.handler.received, position);
  }

  @Test
  void leasesMayBeReleasedAfterTheLoopHasClosed() {
    link.handler.retain = true;
    link.startReading();
    link.peer.send(5);
    world.until(() -> link.handler.received == 5);
    world.closeLoop();
    Lease lease = link.handler.retained.getFirst();
    Pattern.check(lease.buffer(), lease.offset(), lease.length(), 0);
    assertNull(link.handler.errno());
  }
}
