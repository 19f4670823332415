package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.ListenerEvents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Listeners and connects whose loop is stopped by a defect of the engine hear of it. */
@ExtendWith(OpenDescriptors.class)
class LoopDefectTest {
  private final Logger log = Logger.getLogger("dev.zloop.core");
  private final Error defect = new AssertionError("a broken invariant");
  private final HandExecutor executor = new HandExecutor();
  private final TurnedLoop turned = new TurnedLoop(executor);
  private final List<String> told = new ArrayList<>();

  LoopDefectTest() throws Exception {
    log.setLevel(Level.OFF); // it is loud about defects
  }

  /** Stops the loop, by what a socket of the test's own tells it. */
  private void stop() throws NativeIoException {
    RawSocket.open(turned.loop, Addresses.ANY_PORT).accept(new ThrowingListener()).close();
    assertSame(defect, assertThrows(AssertionError.class, turned::settle));
  }

  @AfterEach
  void nothingElseIsToldOrReported() {
    log.setLevel(null);
    CompletableFuture<Void> closed = turned.loop.onClosed().toCompletableFuture();
    assertTrue(closed.isCompletedExceptionally());
    assertEquals(List.of(), List.of(defect.getSuppressed()));
    assertEquals(List.of(), turned.errors);
  }

  private final class ThrowingListener implements ListenerEvents {
    @Override
    public void onAccepted(int fd) {}

    @Override
    public void onAcceptFailed(int errno) {}

    @Override
    public void onClosed() {
      throw defect;
    }
  }

  private final class Handler implements Acceptor.Handler {
    @Override
    public void onAccepted(int fd) {
      told.add("accepted");
    }

    @Override
    public void onClosed() {
      told.add("closed");
    }
  }

  private Acceptor open(SocketAddress address) throws NativeIoException {
    return Acceptor.open(turned.loop, address, SocketOptions.DEFAULT, new Handler());
  }

  @Test
  void aListenerIsToldThatItIsClosed() throws Exception {
    open(Addresses.ANY_PORT);
    stop();
    assertEquals(List.of("closed"), told);
  }

  @Test
  void aListenerThatIsClosingIsToldOnce() throws Exception {
    Acceptor acceptor = open(Addresses.ANY_PORT);
    RawSocket.open(turned.loop, Addresses.ANY_PORT).accept(new ThrowingListener()).close();
    acceptor.close();
    assertSame(defect, assertThrows(AssertionError.class, turned::settle));
    assertEquals(List.of("closed"), told);
    acceptor.close();
    assertEquals(List.of("closed"), told);
  }

  @Test
  void aListenerOnAPathRemovesItsFile(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("test.sock");
    open(UnixDomainSocketAddress.of(path));
    assertTrue(Files.exists(path));
    stop();
    assertFalse(Files.exists(path));
    assertEquals(List.of("closed"), told);
  }

  private void assertFailed(Outcome outcome, String operation) {
    IOException failure = outcome.failure();
    assertSame(defect, failure.getCause());
    assertEquals(operation + ": loop turned stopped because of a defect", failure.getMessage());
  }

  @Test
  void aConnectFails() throws Exception {
    try (var full = new FullBacklog()) {
      var outcome = new Outcome();
      Cancellable connect = Connects.start(turned, full.address(), outcome);
      turned.settle();
      assertEquals(1, turned.countCalls("connect"));
      stop();
      assertFailed(outcome, "connect(127.0.0.1:" + full.address().getPort() + ")");
      connect.cancel(); // nothing happens
    }
  }

  @Test
  void aConnectThatWasCalledOffHearsNothing() throws Exception {
    try (var full = new FullBacklog()) {
      var outcome = new Outcome();
      Cancellable connect = Connects.start(turned, full.address(), outcome);
      turned.settle();
      connect.cancel();
      stop();
      assertFalse(outcome.isTold());
    }
  }

  @Test
  void connectsWhoseNamesAreBeingResolvedFailOnceEach() throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 10; i++) { // a lookup and its connect are told in an order by chance
      Outcome outcome = new Outcome();
      Connects.start(turned, InetSocketAddress.createUnresolved("a.test", 80), outcome);
      outcomes.add(outcome);
    }
    stop();
    for (Outcome outcome : outcomes) {
      assertSame(defect, outcome.failure().getCause());
    }
    executor.runNext(); // an answer that comes late harms nobody
  }
}
