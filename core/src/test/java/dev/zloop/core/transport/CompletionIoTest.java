package dev.zloop.core.transport;

import static dev.zloop.core.transport.CompletionIo.COMPLETIONS_PER_TURN_MAX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Turns over a completor: what is bounded, what is nobody's, and what is left when a loop stops.
 */
class CompletionIoTest {
  private static final int BUFFER_BYTES = 64 << 10;

  ScriptedCompletor completor = new ScriptedCompletor();
  ScriptedKernel kernel = new ScriptedKernel();
  ScriptedWorld<CompletionIo> world;

  @BeforeEach
  void open() {
    world = new ScriptedWorld<>(new CompletionIo(completor, kernel, BUFFER_BYTES, 16));
  }

  private Link read(int fd) throws NativeIoException {
    Link link = world.open(fd);
    link.startReading();
    world.turn();
    return link;
  }

  @Test
  void aTurnTellsABoundedNumberOfCompletionsAndDoesNotWaitWithTheRest() throws Exception {
    Link link = read(7);
    for (int i = 0; i < COMPLETIONS_PER_TURN_MAX + 100; i++) {
      completor.receive(completor.only("recv", 7), 1, true);
    }
    world.turn();
    assertEquals(COMPLETIONS_PER_TURN_MAX, link.handler.received);
    world.io.await(-1);
    assertEquals(0, completor.timeouts.getLast());
    world.turn();
    assertEquals(COMPLETIONS_PER_TURN_MAX + 100, link.handler.received);
    world.io.await(-1);
    assertEquals(-1, completor.timeouts.getLast());
    world.close();
  }

  @Test
  void aCompletionOfNobodyGivesBackWhatItCarries() throws Exception {
    completor.completeStray((long) CompletionIo.ACCEPT << HandleTable.TOKEN_BITS, 44);
    completor.completeStray((long) CompletionIo.ACCEPT << HandleTable.TOKEN_BITS, -Errno.EMFILE);
    completor.completeStray((long) CompletionIo.RECV << HandleTable.TOKEN_BITS | 63, 5);
    world.turn();
    assertTrue(kernel.socket(44).closed);
    assertTrue(kernel.socket(44).reset);
    world.close();
  }

  @Test
  void aLateCompletionDoesNotReachTheNextOneInTheSlot() throws Exception {
    Link first = read(7);
    long late = completor.only("recv", 7).userData();
    first.abort();
    world.settle();
    kernel.socket(7).closed = false; // the number is used again
    Link second = read(7);
    assertEquals((int) late, (int) completor.only("recv", 7).userData(), "not the same slot");
    completor.completeStray(late, 0);
    completor.completeStray(late, -Errno.ECONNRESET);
    world.settle();
    assertEquals(List.of(), second.handler.told);
    completor.receive(completor.only("recv", 7), 5, true);
    world.turn();
    world.close();
  }

  @Test
  void connectionsTakeTurnsInTheOrderInWhichTheyAskedForSomething() throws Exception {
    completor.room = 2;
    for (int fd = 10; fd < 15; fd++) {
      world.open(fd).startReading();
    }
    world.turn();
    assertEquals(List.of("recv(10)", "recv(11)"), completor.inFlight());
    world.turn();
    world.turn();
    assertEquals(
        List.of("recv(10)", "recv(11)", "recv(12)", "recv(13)", "recv(14)"), completor.inFlight());
    completor.room = Integer.MAX_VALUE;
    world.close();
  }

  @Test
  void headersOfMoreSendsThanThereIsMemoryForWaitForTheNextTurn() throws Exception {
    int connections = 200;
    for (int fd = 10; fd < 10 + connections; fd++) {
      Link link = world.open(fd);
      for (int i = 0; i < SocketCalls.IOVECS_MAX; i++) {
        link.write(1);
      }
      link.flush();
    }
    world.turn();
    long queued = completor.operations.stream().filter(o -> o.name().equals("sendmsg")).count();
    assertTrue(queued > 0 && queued < connections, queued + " were queued");
    world.io.await(-1);
    assertEquals(0, completor.timeouts.get(completor.timeouts.size() - 2));
    world.settle();
    for (int fd = 10; fd < 10 + connections; fd++) {
      completor.take(completor.only("sendmsg", fd), SocketCalls.IOVECS_MAX);
    }
    world.settle();
    world.close();
  }

  @Test
  void enteringThatFailsStopsTheLoop() throws Exception {
    Link link = read(7);
    completor.enterResult = -Errno.EBADF;
    UncheckedIOException defect = assertThrows(UncheckedIOException.class, world::turn);
    assertTrue(defect.getMessage().contains("EBADF"), defect.getMessage());
    assertTrue(world.loop.onClosed().toCompletableFuture().isCompletedExceptionally());
    assertTrue(completor.closed);
    assertTrue(kernel.socket(7).closed);
    assertFalse(kernel.socket(7).reset);
    assertEquals(0, link.handler.received);
    assertEquals(0, world.io.buffers().buffersInUse());
  }

  @Test
  void whatIsInFlightEndsBeforeADescriptorIsClosed() throws Exception {
    read(7);
    completor.onClose = () -> assertFalse(kernel.socket(7).closed);
    completor.enterResult = -Errno.EBADF;
    assertThrows(UncheckedIOException.class, world::turn);
    assertTrue(kernel.socket(7).closed);
  }

  @Test
  void whoRetainsEverythingDoesNotTakeTheBuffersOfTheOthers() throws Exception {
    Link hoarder = read(7);
    Link modest = read(8);
    hoarder.handler.retain = true;
    for (int i = 1; i <= 200; i++) { // several times the memory there is
      completor.receiveToEnd(completor.only("recv", 7));
      completor.receive(completor.only("recv", 8), 100, true);
      world.turn();
      assertEquals(100 * i, modest.handler.received);
      assertTrue(completor.providedBuffers() > 0);
    }
    assertTrue(hoarder.handler.received > 5_000_000, "it received " + hoarder.handler.received);
    world.close();
    assertEquals(0, world.io.buffers().buffersInUse());
  }

  @Test
  void buffersThatOneReceiveUsesUpAreSmallerAndMore() throws Exception {
    world.close();
    var other = new ScriptedCompletor();
    other.incremental = false;
    try (var plain = new ScriptedWorld<>(new CompletionIo(other, new ScriptedKernel(), 1L << 20))) {
      Link link = plain.open(9);
      link.startReading();
      plain.turn();
      for (int i = 1; i <= 500; i++) {
        assertTrue(other.providedBuffers() > 0);
        other.receive(other.only("recv", 9), 100, true);
        plain.turn();
        assertEquals(100 * i, link.handler.received);
      }
      assertEquals(16 << 10, other.receiveToEnd(other.only("recv", 9)));
      plain.turn();
    }
  }

  @Test
  void aStreamWhoseBytesHaveNoMemoryEndsAndTheOthersGoOn() throws Exception {
    world.close();
    var other = new ScriptedCompletor();
    var poor =
        new ProvidedBuffers(
            other,
            BUFFER_BYTES,
            4,
            length -> {
              throw new OutOfMemoryError("none left, on purpose");
            });
    try (var poorWorld = new ScriptedWorld<>(new CompletionIo(other, new ScriptedKernel(), poor))) {
      Link hoarder = poorWorld.open(9);
      Link modest = poorWorld.open(10);
      hoarder.handler.retain = true;
      hoarder.startReading();
      modest.startReading();
      poorWorld.turn();
      while (other.inFlight().contains("recv(9)")) {
        other.receiveToEnd(other.only("recv", 9));
        poorWorld.turn();
        poorWorld.turn(); // in which what was used up is replaced
      }
      poorWorld.settle();
      assertEquals("ENOMEM", hoarder.handler.errno());
      hoarder.handler.retained.forEach(Lease::release);
      hoarder.handler.retained.clear();
      for (int i = 1; i <= 20; i++) {
        poorWorld.turn();
        other.receive(other.only("recv", 10), 100, true);
        poorWorld.turn();
        assertEquals(100 * i, modest.handler.received);
      }
    }
  }
}
