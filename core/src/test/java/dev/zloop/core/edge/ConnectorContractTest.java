package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.edge.Connector.Plan;
import dev.zloop.core.transport.Ground;
import dev.zloop.core.transport.OnEveryGround;
import dev.zloop.core.transport.Recorder;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.World;
import dev.zloop.nativereactor.sys.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connect comes to, whatever is below it: to a listener of the same loop. */
@OnEveryGround
class ConnectorContractTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Parameter Ground ground;
  World world;
  SocketAddress freeAddress;
  Acceptor acceptor;
  final Accepted accepted = new ClosingWithTheLoop();
  final Told told = new Told();

  /** Keeps no descriptor that nobody would close. */
  private final class ClosingWithTheLoop extends Accepted {
    @Override
    public void onAccepted(int fd) {
      super.onAccepted(fd);
      if (world.loop.isClosed()) {
        closeAll(world.loop);
      }
    }
  }

  /** Makes a transport of what connected. */
  private final class Told implements Connector.Callback {
    final Recorder handler = new Recorder();
    Transport transport;
    IOException failure;
    int times;

    @Override
    public void onConnected(StreamIo stream) {
      times++;
      transport = Transport.adopt(world.loop, stream, World.OPTIONS, own -> handler);
    }

    @Override
    public void onFailed(IOException cause) {
      times++;
      failure = cause;
    }

    boolean isTold() {
      return times > 0;
    }

    String errno() {
      return failure instanceof NativeIoException e ? e.errnoName() : String.valueOf(failure);
    }
  }

  @BeforeEach
  void listen() throws IOException {
    world = new World(ground);
    freeAddress = world.machine.freeAddress();
    acceptor = Acceptor.open(world.loop, freeAddress, SocketOptions.DEFAULT, accepted);
    world.settle();
  }

  @AfterEach
  void close() throws IOException {
    if (!world.loopIsClosed()) {
      world.syscalls.succeed();
      world.settle();
      accepted.closeAll(world.loop);
    }
    world.close();
    assertTrue(told.times <= 1, "told twice");
    world.machine.release(freeAddress);
  }

  private Cancellable connect() {
    return Connector.connect(
        world.loop, acceptor.localAddress(), null, SocketOptions.DEFAULT, TIMEOUT, told);
  }

  private void untilConnected() {
    world.until(told::isTold);
    assertEquals(null, told.failure);
  }

  // ---- it connects

  @Test
  void bothEndsAgreeOnTheirAddresses() throws Exception {
    connect();
    untilConnected();
    world.until(() -> !accepted.fds.isEmpty());
    int fd = accepted.fds.peek();
    int own = told.transport.fd();
    assertEquals(Sockets.localAddress(world.loop, fd), Sockets.remoteAddress(world.loop, own));
    assertEquals(Sockets.remoteAddress(world.loop, fd), Sockets.localAddress(world.loop, own));
  }

  @Test
  void bytesFlowAndTheEndIsSeen() throws Exception {
    connect();
    untilConnected();
    world.until(() -> !accepted.fds.isEmpty());
    Recorder server = new Recorder();
    Transport.open(world.loop, accepted.next(), World.OPTIONS, own -> server).shutdownOutput();
    told.transport.startReading();
    world.until(() -> told.handler.told.contains("inputEnd"));
    told.transport.close();
    world.until(() -> told.handler.closed && server.closed);
    assertEquals(0, told.handler.received);
  }

  @Test
  void nothingIsToldWithinTheCall() {
    connect();
    assertFalse(told.isTold());
    untilConnected();
  }

  @Test
  void aHundredConnectsAtOnceAllConnect() {
    int[] connected = new int[1];
    for (int i = 0; i < 100; i++) {
      Connector.connect(
          world.loop,
          acceptor.localAddress(),
          null,
          SocketOptions.DEFAULT,
          TIMEOUT,
          new Connector.Callback() {
            @Override
            public void onConnected(StreamIo stream) {
              connected[0]++;
              Recorder handler = new Recorder();
              Transport.adopt(world.loop, stream, World.OPTIONS, own -> handler).abort();
            }

            @Override
            public void onFailed(IOException cause) {
              throw new AssertionError(cause);
            }
          });
    }
    world.until(() -> connected[0] == 100);
  }

  // ---- it fails

  @Test
  void whereNobodyListensItSaysSo() {
    acceptor.close();
    world.until(() -> accepted.timesClosed.get() == 1);
    connect();
    world.until(told::isTold);
    assertEquals(ground.resets() ? "ECONNREFUSED" : "ENOENT", told.errno());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ECONNREFUSED", "ENETUNREACH", "EADDRNOTAVAIL", "ETIMEDOUT", "EAGAIN"})
  void whatTheKernelSaysOfAConnectIsToldAndTheSocketIsClosed(String errno)
      throws ReflectiveOperationException {
    int before = world.syscalls.open.size();
    world.syscalls.fail("connect", Errno.class.getField(errno).getInt(null));
    connect();
    assertFalse(told.isTold());
    world.until(told::isTold);
    world.settle();
    assertEquals(errno, told.errno());
    assertEquals(before, world.syscalls.open.size());
  }

  @Test
  void aSocketThatCannotBeMadeIsAFailure() {
    world.syscalls.fail("socket", Errno.EMFILE);
    connect();
    world.until(told::isTold);
    assertEquals("EMFILE", told.errno());
  }

  @Test
  void anOptionThatCannotBeSetIsAFailureAndTheSocketIsClosed() {
    assumeTrue(ground.resets(), "a Unix socket has no options by default");
    int before = world.syscalls.open.size();
    world.syscalls.fail("setsockopt", Errno.ENOPROTOOPT);
    connect();
    world.until(told::isTold);
    assertEquals("ENOPROTOOPT", told.errno());
    assertEquals(before, world.syscalls.open.size());
  }

  // ---- several race

  private ConnectRace race(SocketAddress... addresses) {
    Plan plan = new Plan(addresses[0], null, SocketOptions.DEFAULT, TIMEOUT);
    ConnectRace[] race = new ConnectRace[1];
    race[0] =
        new ConnectRace(
            world.loop,
            List.of(addresses),
            plan,
            new ConnectRace.Outcome() {
              @Override
              public void onConnected(StreamIo stream) {
                told.onConnected(stream);
              }

              @Override
              public void onFailed() {
                told.onFailed(race[0].failures().getLast());
              }
            });
    race[0].start();
    return race[0];
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void ofTwoOfWhichTheSecondBeginsAfterSomeTurnsOneWinsAndNothingElseStaysOpen(int turns) {
    int before = world.syscalls.open.size();
    race(acceptor.localAddress(), acceptor.localAddress());
    for (int i = 0; i < turns; i++) {
      world.turn();
    }
    world.clock.advance(ConnectRace.ATTEMPT_DELAY);
    untilConnected();
    world.settle();
    world.until(() -> !accepted.fds.isEmpty());
    accepted.closeAll(world.loop);
    told.transport.abort();
    world.until(() -> world.syscalls.open.size() == before);
    assertEquals(1, told.times);
  }

  @Test
  void theNextOfARaceBeginsWhenTheOneBeforeFails() {
    world.syscalls.fail("connect", Errno.ENETUNREACH);
    race(acceptor.localAddress(), acceptor.localAddress());
    world.syscalls.succeed();
    untilConnected();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aRaceIsCalledOffAfterSomeTurns(int turns) {
    ConnectRace race = race(acceptor.localAddress(), acceptor.localAddress());
    world.clock.advance(ConnectRace.ATTEMPT_DELAY);
    for (int i = 0; i < turns; i++) {
      world.turn();
    }
    int before = told.times;
    race.cancel();
    world.settle();
    assertEquals(before, told.times);
  }

  // ---- it ends before its time

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void whoCancelsAfterSomeTurnsHearsNothingMoreAndNothingStaysOpen(int turns) {
    Cancellable connect = connect();
    for (int i = 0; i < turns; i++) {
      world.turn();
    }
    int before = told.times;
    connect.cancel();
    connect.cancel();
    world.settle();
    assertEquals(before, told.times);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aLoopThatClosesAfterSomeTurnsTellsTheOutcomeOnce(int turns) {
    connect();
    for (int i = 0; i < turns; i++) {
      world.turn();
    }
    world.loop.execute(() -> {
      world.loop.close();
      accepted.closeAll(world.loop);
    });
    world.closeLoop();
    assertEquals(1, told.times);
    assertEquals(0, accepted.fds.size());
  }

  @Test
  void aReceiverThatThrowsIsReportedAndTheConnectionIsClosed() {
    int before = world.syscalls.open.size();
    boolean[] connected = new boolean[1];
    Connector.connect(
        world.loop,
        acceptor.localAddress(),
        null,
        SocketOptions.DEFAULT,
        TIMEOUT,
        new Connector.Callback() {
          @Override
          public void onConnected(StreamIo stream) {
            connected[0] = true;
            throw new IllegalStateException("receiver");
          }

          @Override
          public void onFailed(IOException cause) {
            throw new AssertionError(cause);
          }
        });
    world.until(() -> connected[0] && accepted.fds.size() == 1);
    world.settle();
    assertEquals("receiver", world.errors.removeFirst().getMessage());
    assertEquals(before + 1, world.syscalls.open.size());
  }
}
