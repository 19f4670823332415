package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.SimulatedListener;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.pool.PoolAcquirePendingLimitException;
import reactor.pool.PoolAcquireTimeoutException;
import reactor.pool.PoolShutdownException;

/** Connections that are used more than once; on a simulated network, in simulated time. */
@ParameterizedClass
@EnumSource(names = {"EPOLL", "IO_URING"})
class ConnectionPoolTest {
  @Parameter Backend backend;

  private final Simulation simulation = Simulation.of(7);
  private SimulatedListener server;
  private TcpClient client;
  private ConnectionPool pool;

  @BeforeEach
  void listen() {
    ZLoop loop = simulation.loop(backend);
    server = newListener();
    client = TcpClient.create().runOn(loop).remoteAddress(server::address);
    pool = ConnectionPool.builder(client).maxConnections(2).build();
  }

  private SimulatedListener newListener() {
    return simulation.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() {
    pool.dispose();
    simulation.close();
  }

  private PooledConnection acquire() {
    return simulation.await(pool.acquire().toFuture());
  }

  private void release(PooledConnection pooled) {
    int idle = pool.idleConnections();
    pooled.release();
    simulation.runUntil(() -> pool.idleConnections() == idle + 1);
  }

  private SimulatedPeer accept() {
    return server.accept().orElseThrow();
  }

  private Throwable failure(Mono<?> mono) {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    mono.subscribe(value -> failure.complete(null), failure::complete);
    return simulation.await(failure);
  }

  // ---- one user after the other

  @Test
  void whatIsReleasedIsAcquiredAgain() {
    PooledConnection first = acquire();
    Connection connection = first.connection();
    release(first);
    assertEquals(1, pool.idleConnections());

    PooledConnection second = acquire();

    assertSame(connection, second.connection());
    assertEquals(0, pool.idleConnections());
    assertEquals(1, pool.acquiredConnections());
    accept();
    assertFalse(server.accept().isPresent(), "connected twice");
  }

  @Test
  void eachUserReceivesWhatThePeerSaysToHim() {
    SimulatedPeer peer = null;
    for (String answer : List.of("1", "2", "3")) {
      PooledConnection pooled = acquire();
      peer = peer == null ? accept() : peer;
      long asked = peer.receivedBytes();
      pooled.connection().outbound().sendString(Mono.just("?")).then().subscribe();
      var receiving = pooled.connection().inbound().receive().asString().take(1).next().toFuture();
      SimulatedPeer answering = peer;
      simulation.runUntil(() -> answering.receivedBytes() == asked + 1);
      peer.send(answer);
      assertEquals(answer, simulation.await(receiving));
      release(pooled);
    }
  }

  @Test
  void whatAUserWantsDoneWhenItIsIdleIsNotDoneForTheNext() {
    PooledConnection first = acquire();
    Connection connection = first.connection();
    SimulatedPeer peer = accept();
    connection.onWriteIdle(
        Duration.ofSeconds(1),
        () -> connection.outbound().sendString(Mono.just("ping")).then().subscribe());
    simulation.runUntil(() -> peer.receivedBytes() == 4);
    release(first);

    assertSame(connection, acquire().connection());
    simulation.runFor(Duration.ofSeconds(10));
    assertEquals(4, peer.receivedBytes());
  }

  @Test
  void whatWasUsedLastIsUsedNext() {
    PooledConnection first = acquire();
    PooledConnection second = acquire();
    Connection last = first.connection();
    release(second);
    release(first);
    assertSame(last, acquire().connection());
  }

  @Test
  void beyondTheMaximumOneWaitsUntilOneIsGivenBack() {
    PooledConnection first = acquire();
    acquire();
    CompletableFuture<PooledConnection> third = pool.acquire().toFuture();
    simulation.runFor(Duration.ofSeconds(1));
    assertFalse(third.isDone());

    first.release();

    assertSame(first.connection(), simulation.await(third).connection());
  }

  @Test
  void whoWaitsTooLongOrIsTooManyFails() {
    pool =
        ConnectionPool.builder(client)
            .maxConnections(1)
            .pendingAcquireMaxCount(1)
            .pendingAcquireTimeout(Duration.ofSeconds(3))
            .build();
    acquire();
    long before = simulation.nanoTime();
    CompletableFuture<Throwable> waiting = new CompletableFuture<>();
    pool.acquire().subscribe(pooled -> {}, waiting::complete);
    assertInstanceOf(PoolAcquirePendingLimitException.class, failure(pool.acquire()));
    var timeout = assertInstanceOf(TimeoutException.class, simulation.await(waiting));
    assertEquals(
        "no connection to localhost/127.0.0.1:"
            + ((InetSocketAddress) server.address()).getPort()
            + " was free within 3,000 ms: of at most 1, 1 are in use and 0 being opened, and 0"
            + " others wait; release() them sooner, or raise maxConnections(..)",
        timeout.getMessage());
    assertInstanceOf(PoolAcquireTimeoutException.class, timeout);
    assertTrue(simulation.nanoTime() - before >= Duration.ofSeconds(3).toNanos());
  }

  @Test
  void everyRemoteHasConnectionsOfItsOwn() {
    SimulatedListener other = newListener();
    release(acquire());

    PooledConnection pooled = simulation.await(pool.acquire(other.address()).toFuture());

    assertEquals(other.address(), pooled.connection().address());
    assertEquals(1, pool.idleConnections());
    assertEquals(1, pool.acquiredConnections());
  }

  @Test
  void aConnectThatFailsFailsTheAcquireAndTakesNoPlace() {
    InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    for (int i = 0; i < 3; i++) {
      assertTrue(failure(pool.acquire(nobody)).getMessage().contains("ECONNREFUSED"));
    }
    assertEquals(0, pool.acquiredConnections());
  }

  // ---- the dead

  /** What a peer does to a connection that nobody uses. */
  enum End {
    END(SimulatedPeer::shutdownOutput),
    CLOSE(SimulatedPeer::close),
    RESET(SimulatedPeer::reset),
    UNASKED_BYTES(peer -> peer.send("?"));

    private final Consumer<SimulatedPeer> act;

    End(Consumer<SimulatedPeer> act) {
      this.act = act;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatThePeerHasSpoiltWhileItWasIdleIsClosedAndNotHandedOut(End end) {
    PooledConnection first = acquire();
    Connection connection = first.connection();
    release(first);
    end.act.accept(accept());
    simulation.runUntil(connection::isDisposed);

    PooledConnection second = acquire();

    assertNotSame(connection, second.connection());
    assertFalse(second.connection().isDisposed());
    assertEquals(1, pool.acquiredConnections());
    assertEquals(0, pool.idleConnections());
  }

  @Test
  void ofSeveralDeadNoneIsHandedOut() {
    PooledConnection first = acquire();
    PooledConnection second = acquire();
    release(first);
    release(second);
    accept().close();
    accept().close();
    simulation.runUntil(() -> first.connection().isDisposed() && second.connection().isDisposed());
    assertFalse(acquire().connection().isDisposed());
  }

  @Test
  void whatIsStillReceivedOnIsClosedWhenItIsReleased() {
    PooledConnection pooled = acquire();
    pooled.connection().inbound().receive().subscribe();
    pooled.release();
    simulation.await(pooled.connection().onDispose().toFuture());
    assertNotSame(pooled.connection(), acquire().connection());
  }

  @Test
  void whatIsStillSentOnIsClosedWhenItIsReleased() {
    PooledConnection pooled = acquire();
    pooled.connection().outbound().sendString(Flux.never()).then().subscribe(null, closed -> {});
    pooled.release();
    simulation.await(pooled.connection().onDispose().toFuture());
    assertNotSame(pooled.connection(), acquire().connection());
  }

  @Test
  void whatIsInvalidatedIsClosedAndItsPlaceIsFree() {
    for (int i = 0; i < 5; i++) {
      PooledConnection pooled = acquire();
      pooled.invalidate();
      pooled.invalidate();
      simulation.await(pooled.connection().onDispose().toFuture());
    }
    assertEquals(0, pool.acquiredConnections());
  }

  // ---- the idle

  @Test
  void whatIsIdleForTooLongIsClosed() {
    pool = ConnectionPool.builder(client).maxIdleTime(Duration.ofSeconds(10)).build();
    PooledConnection pooled = acquire();
    simulation.runFor(Duration.ofSeconds(30));
    assertFalse(pooled.connection().isDisposed(), "closed while it was in use");
    release(pooled);
    simulation.runFor(Duration.ofSeconds(9));
    assertFalse(pooled.connection().isDisposed(), "closed too early");

    simulation.runFor(Duration.ofSeconds(4));

    assertTrue(pooled.connection().isDisposed());
    assertEquals(0, pool.idleConnections());
  }

  // ---- work

  @Test
  void workThatCompletesGivesItBack() {
    Mono<Void> work =
        pool.use(connection -> connection.outbound().sendString(Mono.just("hi")).then()).then();
    simulation.await(work.toFuture());
    SimulatedPeer peer = accept();
    simulation.runUntil(() -> peer.receivedText().equals("hi"));
    assertEquals(1, pool.idleConnections());
  }

  @Test
  void workThatFailsOrIsCancelledClosesIt() {
    Connection[] used = new Connection[2];
    Throwable failure =
        failure(
            pool.use(
                    connection -> {
                      used[0] = connection;
                      return Flux.error(new IllegalStateException("no"));
                    })
                .then());
    assertEquals("no", failure.getMessage());
    simulation.await(used[0].onDispose().toFuture());

    var working =
        pool.use(
                connection -> {
                  used[1] = connection;
                  return Flux.never();
                })
            .subscribe();
    simulation.runUntil(() -> used[1] != null);
    working.dispose();
    simulation.await(used[1].onDispose().toFuture());
    assertNotSame(used[0], used[1]);
    assertEquals(0, pool.acquiredConnections());
  }

  // ---- the end

  @Test
  void whoeverComesAfterTheEndFailsAndAllConnectionsAreClosed() {
    PooledConnection onLoan = acquire();
    PooledConnection idle = acquire();
    release(idle);

    pool.dispose();

    simulation.await(idle.connection().onDispose().toFuture());
    assertInstanceOf(PoolShutdownException.class, failure(pool.acquire()));
    InetSocketAddress other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    assertInstanceOf(PoolShutdownException.class, failure(pool.acquire(other)));
    assertFalse(onLoan.connection().isDisposed());
    onLoan.release();
    simulation.await(onLoan.connection().onDispose().toFuture());
  }

  // ---- what cannot be

  @Test
  void aClientWithAHandlerIsRefused() {
    TcpClient handled = client.handle((in, out) -> Mono.never());
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> ConnectionPool.builder(handled));
    assertTrue(refusal.getMessage().contains("has a handler"), refusal.getMessage());
  }

  @Test
  void valuesOutOfRangeAreRefusedWithTheirNames() {
    var builder = ConnectionPool.builder(client);
    var refusal = assertThrows(IllegalArgumentException.class, () -> builder.maxConnections(0));
    assertEquals("maxConnections is 0, expected 1 or more", refusal.getMessage());
    assertThrows(IllegalArgumentException.class, () -> builder.pendingAcquireMaxCount(-1));
    assertThrows(IllegalArgumentException.class, () -> builder.maxIdleTime(Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> builder.pendingAcquireTimeout(Duration.ZERO));
  }
}
