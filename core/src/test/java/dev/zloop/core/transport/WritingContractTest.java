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

/** What a transport promises about sending, whatever is below it. */
@OnEveryGround
class WritingContractTest {
  private static final int HIGH = World.OPTIONS.writeQueueHighBytes();
  private static final int LOW = World.OPTIONS.writeQueueLowBytes();

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

  private void receiveAllOfIt() {
    world.until(() -> {
      link.peer.receiveAll();
      return link.peer.received == link.position();
    });
  }

  @Test
  void whatIsWrittenIsSentByTheFlushAndNotBefore() {
    link.write(5);
    world.settle();
    assertEquals(5, link.transport.queuedBytes());
    assertEquals(0, link.peer.receive(10));
    link.flush();
    receiveAllOfIt();
    assertEquals(0, link.transport.queuedBytes());
    assertEquals(link.written, link.handler.released);
  }

  @Test
  void whatTheKernelTakesAtOnceIsReleasedWithinTheFlush() {
    link.writeAndFlush(5);
    if (ground.prompt() && world.io instanceof ReadinessIo) {
      assertEquals(1, link.handler.released.size());
    }
    world.until(() -> link.handler.released.size() == 1);
    receiveAllOfIt();
  }

  @Test
  void manyPiecesLeaveInFewVectoredSends() {
    assumeTrue(ground.prompt());
    for (int i = 0; i < 200; i++) {
      link.write(100);
    }
    link.flush();
    receiveAllOfIt();
    world.until(() -> link.handler.released.size() == 200);
    assertEquals(link.written, link.handler.released);
    int sends = world.syscalls.count("sendmsg") + world.syscalls.count("send");
    assertTrue(sends <= 4, sends + " sends");
  }

  @Test
  void aWriteOfAnySizeArrivesWhole() {
    link = world.narrowLink();
    link.writeAndFlush(3_000_000);
    link.writeAndFlush(1);
    link.writeAndFlush(100_000);
    assertTrue(link.transport.queuedBytes() > 0);
    receiveAllOfIt();
    world.until(() -> link.handler.released.size() == 3);
    assertEquals(link.written, link.handler.released);
  }

  @Test
  void piecesThatTheKernelTakesInPartArriveInOrder() {
    link = world.narrowLink();
    for (int i = 0; i < 1000; i++) {
      link.write(1 + i * 7);
      if (i % 10 == 0) {
        link.flush();
      }
    }
    link.flush();
    receiveAllOfIt();
    world.until(() -> link.handler.released.size() == 1000);
    assertEquals(link.written, link.handler.released);
  }

  @Test
  void anEmptyWriteIsTakenAndReleasedAtOnce() {
    assertTrue(link.write(0));
    assertEquals(link.written, link.handler.released);
  }

  @Test
  void theQueueIsFullFromItsHighMarkOn() {
    assertEquals(HIGH, link.transport.writableBytes());
    link.write(HIGH - 1);
    assertTrue(link.transport.isWritable());
    assertEquals(1, link.transport.writableBytes());
    link.write(1);
    assertFalse(link.transport.isWritable());
    assertEquals(0, link.transport.writableBytes());
    link.flush();
  }

  @Test
  void onWritableIsToldOnceTheQueueHasComeDownToItsLowMark() {
    link = world.fullLink();
    assertTrue(link.transport.queuedBytes() > LOW);
    link.handler.onWritable =
        () -> {
          assertTrue(link.transport.queuedBytes() <= LOW);
          assertTrue(link.transport.isWritable());
        };
    world.settle();
    world.until(() -> {
      // A kernel that is slow may find room only now, although the peer takes nothing.
      if (link.transport.queuedBytes() > LOW) {
        assertFalse(link.transport.isWritable());
        assertEquals(List.of(), link.handler.told);
      }
      link.peer.receive(5_000);
      return !link.handler.told.isEmpty();
    });
    receiveAllOfIt();
    world.settle();
    assertEquals(List.of("writable"), link.handler.told);
  }

  @Test
  void aQueueThatFillsAgainIsToldAgain() {
    link = world.fullLink();
    link.handler.onWritable =
        () -> {
          if (link.handler.told.size() <= 5) {
            while (link.transport.isWritable()) {
              link.writeAndFlush(HIGH);
            }
          }
        };
    world.until(() -> {
      link.peer.receiveAll();
      return link.handler.told.size() == 6;
    });
    receiveAllOfIt();
    world.settle();
    assertEquals(6, link.handler.told.size());
  }

  @Test
  void aQueueThatOneFlushEmptiesIsNotToldAndNeitherIsALaterOneThatWasNotFull() {
    link.writeAndFlush(HIGH);
    assumeTrue(link.transport.queuedBytes() == 0, "the kernel took less than it could");
    assertTrue(link.transport.isWritable());
    while (link.transport.queuedBytes() == 0) {
      link.writeAndFlush(LOW / 2);
    }
    world.settle();
    receiveAllOfIt();
    world.settle();
    assertEquals(List.of(), link.handler.told);
  }

  @Test
  void aFlushWithinOnReleasedSendsNothingTwice() {
    link.handler.onReleased = link.transport::flush;
    for (int i = 0; i < 10; i++) {
      link.write(1000);
    }
    link.flush();
    receiveAllOfIt();
    world.settle();
    assertEquals(0, link.peer.receive(100_000));
  }

  @Test
  void aWriteWithinOnReleasedIsSentWithTheRest() {
    int[] more = {20};
    link.handler.onReleased =
        () -> {
          if (more[0]-- > 0) {
            link.write(777);
            link.transport.flush();
          }
        };
    link.write(1000);
    link.write(1000);
    link.flush();
    world.until(() -> {
      link.peer.receiveAll();
      return link.peer.received == 2000 + 20 * 777;
    });
  }

  @Test
  void anAbortWithinOnReleasedStopsTheFlush() {
    link.handler.onReleased = link.transport::abort;
    for (int i = 0; i < 1000; i++) {
      link.write(100);
    }
    link.flush();
    world.until(() -> link.handler.closed);
    assertEquals(1000, link.handler.released.size());
  }

  @Test
  void aShutdownWithinOnReleasedHappensOnceAllIsSent() {
    link.handler.onReleased = link.transport::shutdownOutput;
    for (int i = 0; i < 10; i++) {
      link.write(100);
    }
    link.flush();
    world.until(link.peer::sawEnd);
    assertEquals(1000, link.peer.received);
    assertFalse(link.handler.closed);
  }

  @Test
  void aCloseWithinOnReleasedSendsAllAndCloses() {
    link.handler.onReleased = link.transport::close;
    for (int i = 0; i < 10; i++) {
      link.write(100);
    }
    link.flush();
    world.until(link.peer::sawEnd);
    assertEquals(1000, link.peer.received);
    link.peer.close();
    world.until(() -> link.handler.closed);
    assertNull(link.handler.cause);
  }

  @Test
  void aFlushAfterAnAbortTouchesTheDescriptorNoMore() {
    link.write(1000);
    link.abort();
    link.flush(); // the watched system calls would object
    world.until(() -> link.handler.closed);
    link.flush();
  }

  @Test
  void writesAfterTheOutputWasEndedAreRefusedAndReleased() {
    link.shutdownOutput();
    assertFalse(link.write(10));
    assertFalse(link.write(0));
    assertEquals(link.written, link.handler.released);
    assertFalse(link.transport.isWritable());
    assertEquals(0, link.transport.writableBytes());
  }

  @Test
  void writesAfterCloseAndAfterTheEndAreRefusedAndReleased() {
    link.close();
    assertFalse(link.write(10));
    link.abort();
    assertFalse(link.write(10));
    world.until(() -> link.handler.closed);
    assertFalse(link.write(10));
    assertEquals(3, link.handler.released.size());
  }

  @Test
  void aShutdownWaitsForTheQueueAndLeavesTheInputOpen() {
    link = world.fullLink();
    link.startReading();
    link.shutdownOutput();
    link.shutdownOutput();
    world.settle();
    world.until(link.peer::sawEnd);
    assertTrue(link.peer.ended);
    assertEquals(link.position(), link.peer.received);
    link.peer.send(9);
    world.until(() -> link.handler.received == 9);
    world.settle();
    assertEquals(List.of(), link.handler.told);
  }

  @Test
  void writingGoesOnAfterThePeersEnd() {
    link.startReading();
    link.peer.shutdownOutput();
    world.until(() -> link.handler.told.equals(List.of("inputEnd")));
    for (int i = 0; i < 100; i++) {
      link.writeAndFlush(50_000);
    }
    receiveAllOfIt();
    assertFalse(link.handler.closed);
  }

  @Test
  void aTransportWithBothEndsEndedClosesItselfThePeersEndFirst() {
    link.peer.shutdownOutput();
    world.until(() -> link.handler.told.equals(List.of("inputEnd")));
    link.write(5);
    link.shutdownOutput();
    world.until(() -> link.handler.closed);
    world.until(link.peer::sawEnd);
    assertNull(link.handler.cause);
    assertNull(link.peer.failure);
    assertEquals(5, link.peer.received);
  }

  @Test
  void aTransportWithBothEndsEndedClosesItselfOurEndFirst() {
    link.write(5);
    link.shutdownOutput();
    world.until(link.peer::sawEnd);
    link.peer.send(3);
    link.peer.shutdownOutput();
    world.settle();
    assertFalse(link.handler.closed);
    link.startReading();
    world.until(() -> link.handler.closed);
    assertEquals(3, link.handler.received);
    assertEquals(List.of("inputEnd", "closed"), link.handler.told);
    assertNull(link.handler.cause);
  }

  @Test
  void aShutdownWithinOnInputEndClosesInOrder() {
    link.handler.onInputEnd =
        () -> {
          link.write(70_000);
          link.transport.shutdownOutput();
        };
    link.peer.shutdownOutput();
    world.until(() -> {
      link.peer.receiveAll();
      return link.handler.closed && link.peer.ended;
    });
    assertNull(link.handler.cause);
    assertEquals(70_000, link.peer.received);
  }

  @Test
  void aResetDropsWhatIsQueuedAndReleasesIt() {
    assumeTrue(ground.resets());
    link = world.fullLink();
    link.startReading();
    link.peer.reset();
    world.until(() -> link.handler.closed);
    assertEquals("ECONNRESET", link.handler.errno());
    assertEquals(link.written.size(), link.handler.released.size());
  }

  @Test
  void aPeerThatGoesAltogetherEndsATransportThatGoesOnWriting() {
    link.startReading();
    link.peer.close();
    world.until(() -> link.handler.told.equals(List.of("inputEnd")));
    world.until(() -> {
      link.writeAndFlush(1000);
      return link.handler.closed;
    });
    assertTrue(
        List.of("EPIPE", "ECONNRESET").contains(link.handler.errno()), "" + link.handler.cause);
  }

  @Test
  void aPeerThatGoesEndsATransportWhoseQueueWaits() {
    link = world.fullLink();
    link.peer.shutdownOutput();
    world.until(() -> link.handler.told.contains("inputEnd"));
    link.peer.close(); // with bytes unread, which resets
    world.until(() -> link.handler.closed);
    assertEquals(link.written.size(), link.handler.released.size());
  }
}
