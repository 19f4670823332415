package dev.zloop.core.transport;

import static dev.zloop.nativereactor.poll.Poller.READABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.nativereactor.sys.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Accepting, and what a kernel says only when it is short of something. */
class ReadinessListenerTest {
  private static final int FD = 7;

  ScriptedKernel kernel = new ScriptedKernel();
  ScriptedKernel.Socket socket = kernel.socket(FD);
  ScriptedWorld<ReadinessIo> world;
  Events events = new Events();
  ListenerIo listener;

  private static final class Events implements ListenerEvents {
    final List<Integer> accepted = new ArrayList<>();
    final List<String> failed = new ArrayList<>();
    int closed;
    Runnable onAccepted = () -> {};
    Runnable onAcceptFailed = () -> {};

    @Override
    public void onAccepted(int fd) {
      assertEquals(0, closed);
      accepted.add(fd);
      onAccepted.run();
    }

    @Override
    public void onAcceptFailed(int errno) {
      assertEquals(0, closed);
      failed.add(Errno.name(errno));
      onAcceptFailed.run();
    }

    @Override
    public void onClosed() {
      closed++;
    }
  }

  @BeforeEach
  void open() throws NativeIoException {
    world = ScriptedWorld.on(kernel);
    listener = world.io.openListener(FD, events);
  }

  @AfterEach
  void close() {
    listener.close();
    listener.close();
    world.settle();
    assertEquals(1, events.closed);
    assertTrue(socket.closed);
    world.close();
  }

  private void edge() {
    kernel.edge(FD, READABLE);
    world.turn();
  }

  @Test
  void whatWasLeftOverAndWhatANewEdgeAnnouncesAreOneShareOfATurn() {
    int max = ListenerIo.ACCEPTS_PER_TURN_MAX;
    for (int fd = 100; fd < 100 + 4 * max; fd++) {
      socket.accepts.add(fd);
    }
    edge();
    assertEquals(max, events.accepted.size());
    edge();
    assertEquals(2 * max, events.accepted.size());
    world.turn();
    assertEquals(3 * max, events.accepted.size());
    world.settle();
    assertEquals(4 * max, events.accepted.size());
  }

  @Test
  void oneEdgeAcceptsAllThatWait() {
    socket.accepts.addAll(List.of(11, 12, 13));
    edge();
    assertEquals(List.of(11, 12, 13), events.accepted);
  }

  @Test
  void aTurnAcceptsABoundedNumberAndTheNextGoesOn() {
    for (int fd = 0; fd < 150; fd++) {
      socket.accepts.add(100 + fd);
    }
    edge();
    assertEquals(64, events.accepted.size());
    world.turn();
    assertEquals(128, events.accepted.size());
    world.turn();
    assertEquals(150, events.accepted.size());
    int calls = socket.acceptCalls;
    world.settle();
    assertEquals(calls, socket.acceptCalls);
  }

  @Test
  void aConnectionThatDiedInTheBacklogIsPassedOver() {
    socket.accepts.addAll(
        List.of(11, -Errno.ECONNABORTED, -Errno.EPROTO, -Errno.EPERM, -Errno.EHOSTUNREACH, 12));
    edge();
    assertEquals(List.of(11, 12), events.accepted);
    assertEquals(List.of(), events.failed);
  }

  @Test
  void aListenerShortOfSomethingPausesItselfAndIsToldToResume() {
    for (int errno : new int[] {Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM}) {
      events.failed.clear();
      events.accepted.clear();
      socket.accepts.addAll(List.of(11, -errno, 12));
      edge();
      assertEquals(List.of(11), events.accepted);
      assertEquals(List.of(Errno.name(errno)), events.failed);
      int calls = socket.acceptCalls;
      edge(); // one more connection comes meanwhile
      world.settle();
      assertEquals(calls, socket.acceptCalls);
      listener.resume();
      listener.resume();
      world.settle();
      assertEquals(List.of(11, 12), events.accepted); // without an edge
    }
  }

  @Test
  void errorsWithoutEndAreNotTriedAgainForEver() {
    socket.acceptsThen = -Errno.EPERM; // as a sandbox says that knows no accept4
    edge();
    world.settle();
    assertEquals(List.of("EPERM"), events.failed);
    int calls = socket.acceptCalls;
    world.settle();
    assertEquals(calls, socket.acceptCalls);
    socket.acceptsThen = ScriptedKernel.AGAIN;
  }

  @Test
  void pauseWithinACallbackHoldsAtOnce() {
    socket.accepts.addAll(List.of(11, 12));
    events.onAccepted = listener::pause;
    edge();
    world.settle();
    assertEquals(List.of(11), events.accepted);
    events.onAccepted = () -> {};
    listener.resume();
    world.settle();
    assertEquals(List.of(11, 12), events.accepted);
  }

  @Test
  void closeWithinACallbackHoldsAtOnce() {
    socket.accepts.addAll(List.of(11, 12));
    events.onAccepted = listener::close;
    kernel.edge(FD, READABLE);
    kernel.edge(FD, READABLE);
    world.turn();
    assertEquals(List.of(11), events.accepted);
    assertEquals(0, events.closed);
    world.turn();
    assertEquals(1, events.closed);
  }

  @Test
  void closeWhilePausedAndCloseWithABacklogTellOnlyTheEnd() {
    for (int fd = 0; fd < 100; fd++) {
      socket.accepts.add(100 + fd);
    }
    edge();
    listener.close();
    world.settle();
    assertEquals(64, events.accepted.size());
    listener.resume();
    listener.pause();
    world.settle();
  }

  @Test
  void aListenerThatCannotBeWatchedRemainsTheCallers() {
    kernel.socket(8).registerResult = -Errno.ENOSPC;
    assertThrows(NativeIoException.class, () -> world.io.openListener(8, events));
    assertFalse(kernel.socket(8).closed);
  }
}
