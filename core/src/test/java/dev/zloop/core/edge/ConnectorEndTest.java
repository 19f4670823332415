package dev.zloop.core.edge;

import static dev.zloop.core.edge.Connects.assertConnected;
import static dev.zloop.core.edge.Connects.connect;
import static dev.zloop.core.edge.Connects.connectWithin;
import static dev.zloop.core.edge.Connects.lookup;
import static dev.zloop.core.edge.Connects.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.transport.StreamIo;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connects that end before their time: at each stage, nothing is left open or told twice. */
@ExtendWith(OpenDescriptors.class)
class ConnectorEndTest {

  // ---- timeout

  @Test
  void aConnectThatHangsTimesOut() throws Exception {
    try (var loop = new RunningLoop();
        var full = new FullBacklog()) {
      var outcome = new Outcome();
      connectWithin(loop, full.address(), Duration.ofMillis(50), outcome);

      NativeIoException failure = outcome.failure(NativeIoException.class);

      assertEquals("ETIMEDOUT", failure.errnoName());
      assertEquals(
          "connect(127.0.0.1:" + full.address().getPort() + ") within 50 ms", failure.operation());
    }
  }

  @Test
  void aLookupThatHangsTimesOut() throws Exception {
    var executor = new HandExecutor();
    try (var loop = new RunningLoop(executor)) {
      var outcome = new Outcome();
      SocketAddress name = InetSocketAddress.createUnresolved("a.test", 80);

      connectWithin(loop, name, Duration.ofMillis(50), outcome);

      assertEquals(
          "connect(a.test:80) within 50 ms: ETIMEDOUT (Connection timed out)",
          outcome.failure().getMessage());
    }
  }

  // ---- cancel

  @Test
  void whoCancelsWhileItResolvesHearsNothing() throws Exception {
    var executor = new HandExecutor();
    try (var loop = new RunningLoop(executor)) {
      var outcome = new Outcome();
      Cancellable connect = connect(loop, lookup("127.0.0.1"), 80, outcome);

      loop.run(connect::cancel);
      executor.runNext();
      loop.settle();

      assertFalse(outcome.isTold());
    }
  }

  @Test
  void whoCancelsWhileItConnectsHearsNothingAndTheSocketIsClosed() throws Exception {
    try (var loop = new RunningLoop();
        var full = new FullBacklog()) {
      long before = OpenDescriptors.count();
      var outcome = new Outcome();
      Cancellable connect = connect(loop, full.address(), outcome);
      loop.settle();
      assertEquals(before + 1, OpenDescriptors.count());

      loop.run(connect::cancel);
      loop.run(connect::cancel);
      loop.settle();

      assertEquals(before, OpenDescriptors.count());
      assertFalse(outcome.isTold());
    }
  }

  @Test
  void whoCancelsAtOnceHearsNothing() throws Exception {
    try (var loop = new RunningLoop();
        var server = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      var outcome = new Outcome();
      loop.run(() -> start(loop, server.getLocalAddress(), outcome).cancel());

      loop.settle();

      assertFalse(outcome.isTold());
    }
  }

  @Test
  void aConnectThatIsDoneButNotToldCanStillBeCancelled() throws Exception {
    try (var loop = new TurnedLoop();
        var server = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      var outcome = new Outcome();
      Cancellable connect = start(loop, server.getLocalAddress(), outcome);
      loop.turn(); // resolves, and calls connect(2), which is done at once on this machine
      server.accept().close();

      connect.cancel();
      loop.settle();

      assertFalse(outcome.isTold());
    }
  }

  @Test
  void aCancelAfterTheOutcomeLeavesTheStreamAlone() throws Exception {
    try (var loop = new RunningLoop();
        var server = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      var outcome = new Outcome();
      Cancellable connect = connect(loop, server.getLocalAddress(), outcome);
      outcome.stream();

      loop.run(connect::cancel);

      assertConnected(loop, server, outcome);
    }
  }

  // ---- the loop closes

  @Test
  void aLoopThatClosesWhileItResolvesFailsTheConnect() throws Exception {
    var outcome = new Outcome();
    try (var loop = new RunningLoop(new HandExecutor())) {
      connect(loop, lookup("127.0.0.1"), 80, outcome);
    }
    assertTrue(outcome.failure().getMessage().endsWith("was closed"));
  }

  @Test
  void aLoopThatClosesWhileItConnectsFailsTheConnect() throws Exception {
    var outcome = new Outcome();
    try (var full = new FullBacklog()) {
      String name;
      try (var loop = new RunningLoop()) {
        name = loop.loop.name();
        connect(loop, full.address(), outcome);
        loop.settle();
      }
      assertEquals(
          "connect(127.0.0.1:" + full.address().getPort() + "): loop " + name + " was closed",
          outcome.failure().getMessage());
    }
  }

  @Test
  void aConnectOnALoopThatClosesAlreadyFails() throws Exception {
    var outcome = new Outcome();
    try (var loop = new RunningLoop();
        var full = new FullBacklog()) {
      loop.run(() -> {
        loop.loop.close();
        start(loop, full.address(), outcome);
      });
      loop.awaitClosed();
    }
    assertTrue(outcome.failure().getMessage().endsWith("was closed"));
  }

  // ---- the receiver throws

  @Test
  void aReceiverThatThrowsIsReportedAndTheConnectionCloses() throws Exception {
    try (var loop = new RunningLoop();
        var server = ServerSocketChannel.open().bind(Addresses.ANY_PORT)) {
      var told = new CompletableFuture<StreamIo>();
      loop.call(() ->
          start(
              loop,
              server.getLocalAddress(),
              new Connector.Callback() {
                @Override
                public void onConnected(StreamIo stream) {
                  told.complete(stream);
                  throw new IllegalStateException("receiver");
                }

                @Override
                public void onFailed(IOException cause) {
                  told.completeExceptionally(cause);
                }
              }));
      Waiting.the(told);

      try (var accepted = server.accept()) {
        assertThrows(IOException.class, () -> accepted.read(ByteBuffer.allocate(1)), "a reset");
      }
      loop.settle();
      assertInstanceOf(IllegalStateException.class, loop.errors.remove());
    }
  }

  @Test
  void aReceiverOfFailuresThatThrowsIsReported() throws Exception {
    try (var loop = new RunningLoop();
        var refusing = new RefusingPort()) {
      loop.call(() ->
          start(
              loop,
              refusing.address(),
              new Connector.Callback() {
                @Override
                public void onConnected(StreamIo stream) {
                  throw new AssertionError();
                }

                @Override
                public void onFailed(IOException cause) {
                  throw new IllegalStateException("receiver");
                }
              }));

      Waiting.until(() -> !loop.errors.isEmpty());
      assertEquals("receiver", loop.errors.remove().getMessage());
      loop.settle();
    }
  }
}
