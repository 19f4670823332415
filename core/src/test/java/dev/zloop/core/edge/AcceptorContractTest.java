package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.Ground;
import dev.zloop.core.transport.Link;
import dev.zloop.core.transport.ListenerIo;
import dev.zloop.core.transport.OnEveryGround;
import dev.zloop.core.transport.Peer;
import dev.zloop.core.transport.Recorder;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.World;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener promises, whatever is below it. */
@OnEveryGround
class AcceptorContractTest {
  private static final int STORM = 1_000;

  @Parameter Ground ground;
  World world;
  SocketAddress freeAddress;
  Acceptor acceptor;
  final Counting accepted = new Counting();

  /** Knows how many there were in each turn, and in a turn at the most. */
  private final class Counting extends Accepted {
    int turn;
    int inTurn;
    int inTurnMax;
    Runnable onAccepted = () -> {};

    @Override
    public void onAccepted(int fd) {
      inTurn = turn == world.turns ? inTurn + 1 : 1;
      turn = world.turns;
      inTurnMax = Math.max(inTurnMax, inTurn);
      super.onAccepted(fd);
      onAccepted.run();
    }
  }

  @BeforeEach
  void listen() throws IOException {
    world = new World(ground);
    freeAddress = world.machine.freeAddress();
    acceptor = listen(freeAddress);
  }

  private Acceptor listen(SocketAddress address) throws NativeIoException {
    return Acceptor.open(world.loop, address, SocketOptions.DEFAULT, accepted);
  }

  @AfterEach
  void close() throws IOException {
    if (!world.loopIsClosed()) {
      closeAllFromHereOn();
    }
    world.close();
    world.machine.release(freeAddress);
  }

  private void closeAllFromHereOn() {
    accepted.onAccepted = () -> accepted.closeAll(world.loop);
    accepted.closeAll(world.loop);
  }

  private List<Peer> connect(int count) {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(world.connectTo(acceptor.localAddress()));
    }
    return peers;
  }

  private void untilAccepted(int count) {
    world.until(() -> accepted.fds.size() >= count);
    world.settle();
    assertEquals(count, accepted.fds.size());
  }

  private void assertRefused() {
    assertThrows(IOException.class, () -> world.machine.connect(acceptor.localAddress(), 0));
  }

  // ---- accept storms

  @Test
  void aThousandConnectionsAtOnceAreEachAcceptedOnce() {
    connect(STORM);
    untilAccepted(STORM);
    assertEquals(STORM, new HashSet<>(accepted.fds).size());
    assertEquals(List.of(), accepted.pauses);
  }

  @Test
  void aTurnAcceptsNoMoreThanItsShareHoweverManyWait() {
    for (int rounds = 0; rounds < 5; rounds++) {
      connect(STORM / 5);
      world.turn(); // the next connections come while some are left over
    }
    untilAccepted(STORM);
    assertTrue(accepted.inTurnMax <= ListenerIo.ACCEPTS_PER_TURN_MAX, accepted.inTurnMax + "");
  }

  @Test
  void aStormOfConnectionsDelaysOthersByTwoTurnsAtTheMost() {
    assumeTrue(ground.prompt());
    Link other = world.link();
    for (int round = 1; round <= 5; round++) {
      other.peer.send(10);
      world.untilArrived(other);
      connect(STORM / 5);
      other.startReading();
      world.turn();
      world.turn();
      assertEquals(10L * round, other.handler.received);
      other.stopReading();
    }
    assertTrue(accepted.fds.size() < STORM, "the storm was over before");
  }

  @Test
  void aStormThatEndsBeforeItIsAcceptedDoesNoHarm() {
    List<Peer> peers = connect(STORM / 5);
    for (int i = 0; i < peers.size(); i += 2) {
      peers.get(i).reset();
    }
    world.settle();
    world.until(() -> accepted.fds.size() >= STORM / 10);
    int before = accepted.fds.size();
    connect(1);
    world.until(() -> accepted.fds.size() > before);
    assertEquals(List.of(), accepted.pauses);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5})
  void aListenerThatClosesInAStormLeavesNothingOpen(int turns) {
    int before = world.syscalls.open.size() - 1; // without the listener
    connect(STORM / 2);
    for (int i = 0; i < turns; i++) {
      world.turn();
    }
    acceptor.close();
    int told = accepted.fds.size();
    world.until(() -> accepted.timesClosed.get() > 0);
    world.settle();
    assertEquals(told, accepted.fds.size(), "told after the close");
    assertEquals(before + told, world.syscalls.open.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5})
  void aLoopThatClosesInAStormLeavesNothingOpen(int turns) {
    connect(STORM / 2);
    for (int i = 0; i < turns; i++) {
      world.turn();
    }
    world.loop.execute(() -> {
      world.loop.close();
      closeAllFromHereOn();
    });
    world.closeLoop();
    assertEquals(1, accepted.timesClosed.get());
  }

  // ---- connections

  @Test
  void whatAPeerSentBeforeItWasAcceptedIsReceived() throws Exception {
    Peer peer = connect(1).getFirst();
    peer.send(10_000);
    untilAccepted(1);
    Recorder handler = new Recorder();
    Transport transport =
        Transport.open(world.loop, accepted.next(), World.OPTIONS, own -> handler);
    transport.startReading();
    world.until(() -> handler.received == 10_000);
    transport.abort();
    world.until(() -> handler.closed);
  }

  @Test
  void aHandlerThatThrowsIsReportedAndTheNextConnectionIsTaken() {
    accepted.onAccepted =
        () -> {
          accepted.onAccepted = () -> {};
          throw new IllegalStateException("handler");
        };
    connect(2);
    untilAccepted(2);
    assertEquals("handler", world.errors.removeFirst().getMessage());
  }

  @Test
  void nothingIsAcceptedAfterACloseWithinTheHandler() {
    accepted.onAccepted = acceptor::close;
    connect(3);
    world.until(() -> accepted.timesClosed.get() > 0);
    world.settle();
    assertEquals(1, accepted.fds.size());
  }

  // ---- the end

  @Test
  void closingIsToldOnceAndLaterAndNothingListensAnyMore() {
    acceptor.close();
    acceptor.close();
    assertEquals(0, accepted.timesClosed.get(), "told within the call");
    world.until(() -> accepted.timesClosed.get() > 0);
    assertRefused();
    world.settle();
    assertEquals(1, accepted.timesClosed.get());
  }

  @Test
  void anAddressCanBeBoundAgainAtOnce() throws Exception {
    connect(1);
    untilAccepted(1);
    accepted.closeAll(world.loop); // leaves a port in TIME_WAIT
    SocketAddress address = acceptor.localAddress();
    acceptor.close();
    world.until(() -> accepted.timesClosed.get() > 0);
    world.machine.release(address);

    acceptor = listen(address);
    connect(1);
    untilAccepted(1);
  }

  @Test
  void aClosingLoopClosesItsListeners() {
    world.closeLoop();
    assertEquals(1, accepted.timesClosed.get());
    assertRefused();
  }

  @Test
  void whatIsOpenedOnALoopThatClosesIsClosedToo() {
    world.loop.execute(() -> {
      world.loop.close();
      try {
        SocketAddress another = world.machine.freeAddress();
        listen(another);
        world.machine.release(another);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
    world.closeLoop();
    assertEquals(2, accepted.timesClosed.get());
  }
}
