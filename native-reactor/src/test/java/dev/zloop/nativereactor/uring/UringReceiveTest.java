package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.SocketConstants.MSG_DONTWAIT;
import static dev.zloop.nativereactor.sys.SocketConstants.SHUT_WR;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Sockets;
import dev.zloop.nativereactor.uring.Uring.Completion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Multishot receives and the buffers they take. */
@NeedsUring
class UringReceiveTest {
  private static final int NO_BOUND = 1 << 20;

  @ParameterizedTest
  @EnumSource
  void aMultishotReceiveGoesOnUntilTheEnd(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      uring.provideAll();
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, NO_BOUND, NO_BOUND, 1));
      for (String text : List.of("one", "two", "three")) {
        ok(uring.sockets.send(pair.far(), text));
        Completion received = uring.await(1);
        assertTrue(received.hasMore());
        assertEquals(text, uring.text(received));
      }
      ok(uring.sockets.syscalls.shutdown(pair.far(), SHUT_WR));
      assertEquals(new Completion(1, 0, false, -1, false), uring.await());
    }
  }

  @Test
  void anIncrementalBufferIsFilledPieceByPieceUntilItIsFull() {
    try (Uring uring = Uring.open()) {
      assumeTrue(uring.completor.consumesIncrementally(), "the kernel has no incremental buffers");
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provide(3);
      String half = "x".repeat(Uring.BUFFER_BYTES / 2);
      for (boolean more : new boolean[] {true, false}) {
        ok(uring.sockets.send(pair.far(), half));
        assertTrue(uring.completor.recv(pair.near(), 0, NO_BOUND, 1));
        Completion received = uring.await(1);
        assertEquals(half, uring.text(received));
        assertEquals(3, received.bufferId());
        assertEquals(more, received.bufferHasMore());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlainBufferIsUsedUpByEachReceive(Family family) {
    try (Uring uring = Uring.openPlain()) {
      assertFalse(uring.completor.consumesIncrementally());
      Sockets.Pair pair = family.pair(uring);
      uring.provideAll();
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, NO_BOUND, NO_BOUND, 1));
      for (int id = 0; id < Uring.BUFFERS; id++) {
        ok(uring.sockets.send(pair.far(), "piece"));
        Completion received = uring.await(1);
        assertEquals("piece", uring.text(received));
        assertEquals(id, received.bufferId());
        assertFalse(received.bufferHasMore());
      }
      ok(uring.sockets.send(pair.far(), "left"));
      assertEquals(new Completion(1, -Errno.ENOBUFS, false, -1, false), uring.await());
      uring.provide(2);
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, NO_BOUND, NO_BOUND, 1));
      assertEquals("left", uring.text(uring.await(1)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutBuffersAReceiveEndsAndGoesOnWithTheNextOne(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      ok(uring.sockets.send(pair.far(), "patience"));
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, NO_BOUND, NO_BOUND, 1));
      assertEquals(new Completion(1, -Errno.ENOBUFS, false, -1, false), uring.await());
      uring.provideAll();
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, NO_BOUND, NO_BOUND, 1));
      assertEquals("patience", uring.text(uring.await(1)));
    }
  }

  @Test
  void buffersThatAreProvidedAgainAndAgainCarryTheWholeStream() {
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      for (int i = 0; i < 5000; i++) {
        sent.append(i).append(' ');
      }
      ok(uring.sockets.send(pair.far(), sent.toString()));
      uring.provideAll();
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, 50, NO_BOUND, 1));
      while (received.length() < sent.length()) {
        Completion completion = uring.await(1);
        if (completion.result() > 0) {
          received.append(uring.text(completion));
        } else {
          assertEquals(-Errno.ENOBUFS, completion.result());
        }
        if (completion.bufferId() >= 0 && !completion.bufferHasMore()) {
          uring.provide(completion.bufferId());
        }
        if (!completion.hasMore()) {
          assertTrue(uring.completor.recvMultishot(pair.near(), 0, 50, NO_BOUND, 1));
        }
      }
    }
    assertEquals(sent.toString(), received.toString());
  }

  @ParameterizedTest
  @EnumSource
  void aCappedReceiveEndsByItselfAndOvershootsByLessThanOnePiece(Family family) {
    try (Uring uring = Uring.open()) {
      assumeTrue(uring.completor.capsMultishot(), "the kernel knows no bounds");
      Sockets.Pair pair = family.pair(uring);
      uring.provideAll();
      ok(uring.sockets.send(pair.far(), "x".repeat(200)));
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, 20, 50, 1));
      int total = 0;
      Completion received;
      do {
        received = uring.await(1);
        assertTrue(received.result() > 0 && received.result() <= 20, received::toString);
        total += received.result();
      } while (received.hasMore());
      assertTrue(total >= 50 && total < 70, total + " bytes");
      assertEquals(List.of(), uring.take());
    }
  }

  @Test
  void withoutCapsTheBoundsAreNotGivenToTheKernel() {
    UringFeatures uncapped = new UringFeatures(false, UringProbe.features().sendsMessages());
    try (Uring uring = Uring.open(Uring.OPTIONS, new RecordingUring(), uncapped)) {
      assertFalse(uring.completor.capsMultishot());
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provideAll();
      ok(uring.sockets.send(pair.far(), "more than one"));
      assertTrue(uring.completor.recvMultishot(pair.near(), 0, 1, 1, 1));
      assertEquals("more than one", uring.text(uring.await(1)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReceiveThatIsCancelledAsBytesArriveLosesNone(Family family) {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = family.pair(uring);
      uring.provideAll();
      StringBuilder received = new StringBuilder();
      StringBuilder sent = new StringBuilder();
      for (int round = 0; round < 500; round++) {
        assertTrue(uring.completor.recvMultishot(pair.near(), 0, 20, NO_BOUND, round));
        if (round % 2 == 0) {
          ok(uring.completor.enter(0));
        }
        String text = round + ",";
        sent.append(text);
        ok(uring.sockets.send(pair.far(), text));
        assertTrue(uring.completor.cancel(round));
        Completion completion;
        do {
          completion = uring.await(round);
          if (completion.result() > 0) {
            received.append(uring.text(completion));
          }
          if (completion.bufferId() >= 0 && !completion.bufferHasMore()) {
            uring.provide(completion.bufferId());
          }
        } while (completion.hasMore());
      }
      assertTrue(uring.completor.recv(pair.near(), MSG_DONTWAIT, 20, -2));
      Completion rest = uring.await(-2);
      received.append(rest.result() > 0 ? uring.text(rest) : "");
      assertEquals(sent.toString(), received.toString());
    }
  }

  @Test
  void aReceiveThatMayNotWaitSaysThatThereIsNothing() {
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provideAll();
      assertTrue(uring.completor.recv(pair.near(), MSG_DONTWAIT, 20, 1));
      assertEquals(new Completion(1, -Errno.EAGAIN, false, -1, false), uring.await());
    }
  }

  @Test
  void aBufferThatThereIsNotCannotBeProvided() {
    try (Uring uring = Uring.open()) {
      for (int id : new int[] {-1, Uring.BUFFERS}) {
        assertThrows(
            IllegalArgumentException.class,
            () -> uring.completor.provide(id, uring.bytes.address(), 1));
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> uring.completor.provide(0, uring.bytes.address(), 0));
    }
  }

  @Test
  void asManyBuffersAsAllowedCanBeProvided() {
    int count = 32768;
    UringOptions options = new UringOptions(8, 64, count);
    try (Uring uring = Uring.open(options)) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      for (int id = 0; id < count; id++) {
        uring.completor.provide(id, uring.bytes.address() + id, 1);
      }
      ok(uring.sockets.send(pair.far(), "x".repeat(count)));
      for (int id = 0; id < count; id++) {
        assertTrue(uring.completor.recv(pair.near(), 0, NO_BOUND, 1));
        assertEquals(new Completion(1, 1, false, id, false), uring.await());
      }
    }
  }
}
