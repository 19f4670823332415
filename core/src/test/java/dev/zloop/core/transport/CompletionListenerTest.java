package dev.zloop.core.transport;

import static dev.zloop.core.transport.CompletionListener.FAILURES_MAX;
import static dev.zloop.core.transport.CompletionListener.WAITING_MAX;
import static dev.zloop.core.transport.ListenerIo.ACCEPTS_PER_TURN_MAX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Accepting by completions, and what becomes of those that nobody waits for any more. */
class CompletionListenerTest {
  private static final int FD = 7;

  ScriptedCompletor completor = new ScriptedCompletor();
  ScriptedKernel kernel = new ScriptedKernel();
  ScriptedWorld<CompletionIo> world;
  Events events = new Events();
  ListenerIo listener;

  private static final class Events implements ListenerEvents {
    final List<Integer> accepted = new ArrayList<>();
    final List<String> failed = new ArrayList<>();
    int closed;
    Runnable onAccepted = () -> {};

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
    }

    @Override
    public void onClosed() {
      closed++;
    }
  }

  @BeforeEach
  void open() {
    world = new ScriptedWorld<>(new CompletionIo(completor, kernel, 64 << 10, 8));
    listener = world.io.openListener(FD, events);
    world.turn();
  }

  @AfterEach
  void close() {
    completor.endsWhatIsCancelled = true;
    listener.close();
    listener.close();
    world.settle();
    assertEquals(1, events.closed);
    assertTrue(kernel.socket(FD).closed);
    world.close();
  }

  private ScriptedCompletor.Operation accept() {
    return completor.only("accept", FD);
  }

  private void comes(int fd) {
    completor.complete(accept(), fd, true);
  }

  private void failsWith(int errno) {
    completor.complete(accept(), -errno);
    world.turn();
    world.turn(); // in which it may be armed again
  }

  @Test
  void oneAcceptTellsOfAllConnections() {
    for (int fd = 11; fd <= 13; fd++) {
      comes(fd);
      world.turn();
    }
    assertEquals(List.of(11, 12, 13), events.accepted);
    assertEquals(List.of("accept(7)"), completor.history);
    assertEquals(SocketCalls.ACCEPT_FLAGS, accept().flags());
  }

  @Test
  void aTurnTellsABoundedNumberAndTheNextGoesOn() {
    List<Integer> all = new ArrayList<>();
    for (int fd = 100; fd < 250; fd++) {
      comes(fd);
      all.add(fd);
    }
    world.turn();
    assertEquals(ACCEPTS_PER_TURN_MAX, events.accepted.size());
    assertTrue(world.io.hasBacklog());
    world.turn();
    assertEquals(2 * ACCEPTS_PER_TURN_MAX, events.accepted.size());
    world.turn();
    assertEquals(all, events.accepted);
    assertFalse(world.io.hasBacklog());
  }

  @Test
  void withTooManyWaitingTheKernelIsAskedForNoMoreUntilTheyWereTold() {
    for (int fd = 0; fd < WAITING_MAX + ACCEPTS_PER_TURN_MAX; fd++) {
      comes(1000 + fd);
    }
    world.turn();
    world.turn();
    assertEquals(List.of("accept(7)", "cancel"), completor.history);
    world.settle();
    assertEquals(WAITING_MAX + ACCEPTS_PER_TURN_MAX, events.accepted.size());
    assertEquals(List.of("accept(7)"), completor.inFlight());
  }

  @Test
  void aPauseCancelsAndWhatWasAcceptedBeforeStillComesUpOnce() {
    completor.endsWhatIsCancelled = false;
    listener.pause();
    world.turn();
    assertEquals(List.of("accept(7)", "cancel"), completor.history);
    comes(11);
    world.turn();
    listener.resume();
    world.settle(); // not armed before the cancelled one has ended
    comes(12);
    completor.endCancelled();
    world.settle();
    assertEquals(List.of("accept(7)", "cancel", "accept(7)"), completor.history);
    comes(13);
    world.turn();
    assertEquals(List.of(11, 12, 13), events.accepted);
    assertEquals(List.of(), events.failed);
  }

  @Test
  void aPauseThatIsTakenBackInTheSameTurnCostsNothing() {
    listener.pause();
    listener.resume();
    world.settle();
    assertEquals(List.of("accept(7)"), completor.history);
  }

  @Test
  void aConnectionThatDiedInTheBacklogIsPassedOver() {
    failsWith(Errno.ECONNABORTED);
    failsWith(Errno.EPROTO);
    failsWith(Errno.EINTR);
    comes(11);
    world.turn();
    assertEquals(List.of(), events.failed);
    assertEquals(List.of(11), events.accepted);
  }

  @Test
  void aListenerShortOfSomethingPausesItselfAndIsToldToResume() {
    for (int errno : new int[] {Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM}) {
      events.failed.clear();
      failsWith(errno);
      assertEquals(List.of(Errno.name(errno)), events.failed);
      assertEquals(List.of(), completor.inFlight());
      listener.resume();
      world.turn();
      assertEquals(List.of("accept(7)"), completor.inFlight());
    }
  }

  @Test
  void manyConnectionsInARowThatFailAreAFailureOfAccepting() {
    for (int i = 1; i < FAILURES_MAX; i++) {
      failsWith(Errno.EPERM);
    }
    assertEquals(List.of(), events.failed);
    failsWith(Errno.EPERM);
    assertEquals(List.of("EPERM"), events.failed);
    assertEquals(List.of(), completor.inFlight());
  }

  @Test
  void whatIsAcceptedAfterTheCloseIsReset() {
    completor.endsWhatIsCancelled = false;
    listener.close();
    world.turn();
    comes(11);
    world.turn();
    assertTrue(kernel.socket(11).closed);
    assertTrue(kernel.socket(11).reset);
    assertFalse(kernel.socket(FD).closed);
    completor.endCancelled();
    world.turn();
    assertTrue(kernel.socket(FD).closed);
    assertEquals(0, events.closed);
    world.turn();
    assertEquals(1, events.closed);
    assertEquals(List.of(), events.accepted);
  }

  @Test
  void whatWaitsToBeToldIsResetWhenTheListenerCloses() {
    for (int fd = 100; fd < 200; fd++) {
      comes(fd);
    }
    events.onAccepted = listener::close;
    world.settle();
    assertEquals(List.of(100), events.accepted);
    for (int fd = 101; fd < 200; fd++) {
      assertTrue(kernel.socket(fd).closed && kernel.socket(fd).reset, "fd " + fd);
    }
    assertFalse(kernel.socket(100).closed);
  }
}
