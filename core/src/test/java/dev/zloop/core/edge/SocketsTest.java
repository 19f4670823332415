package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class SocketsTest {

  @Test
  void aPeerThatIsGoneHasNoAddress() throws Exception {
    try (var loop = new RunningLoop()) {
      RawSocket unconnected = loop.call(() -> RawSocket.open(loop.loop, Addresses.ANY_PORT));

      assertNull(loop.call(() -> Sockets.remoteAddress(loop.loop, unconnected.fd())));

      loop.run(unconnected::close);
      assertNull(loop.call(() -> Sockets.localAddress(loop.loop, unconnected.fd())));
    }
  }

  @Test
  void anOptionThatTheKernelRefusesNamesTheDescriptor() throws Exception {
    try (var loop = new RunningLoop()) {
      NativeIoException failure =
          assertThrows(
              NativeIoException.class,
              () -> loop.run(() -> Sockets.configure(loop.loop, 1 << 20, SocketOptions.DEFAULT)));
      assertEquals(
          "getsockopt(fd 1048576, SO_DOMAIN): EBADF (Bad file descriptor)", failure.getMessage());
    }
  }

  @Test
  void aDescriptorIsHandedToAnotherLoop() throws Exception {
    try (var from = new RunningLoop();
        var to = new RunningLoop();
        var client = acceptedBy(from)) {
      var arrived = new CompletableFuture<Thread>();

      boolean taken =
          from.call(() ->
              Sockets.handOver(
                  from.loop,
                  to.loop,
                  client.fd,
                  fd -> {
                    assertEquals(client.fd, fd);
                    Sockets.close(to.loop, fd);
                    arrived.complete(Thread.currentThread());
                  }));

      assertTrue(taken);
      assertEquals(to.call(Thread::currentThread), Waiting.the(arrived));
      client.assertClosedByPeer();
    }
  }

  @Test
  void onItsOwnLoopADescriptorArrivesAtOnce() throws Exception {
    try (var loop = new RunningLoop();
        var client = acceptedBy(loop)) {
      loop.run(() -> {
        var arrived = new CompletableFuture<Integer>();
        assertTrue(Sockets.handOver(loop.loop, loop.loop, client.fd, arrived::complete));
        assertEquals(client.fd, arrived.getNow(-1));
        Sockets.close(loop.loop, client.fd);
      });
    }
  }

  @Test
  void aClosedLoopTakesNothingAndTheDescriptorIsClosed() throws Exception {
    try (var from = new RunningLoop();
        var to = new RunningLoop();
        var client = acceptedBy(from)) {
      to.loop.close();
      to.awaitClosed();

      boolean taken =
          from.call(() ->
              Sockets.handOver(
                  from.loop,
                  to.loop,
                  client.fd,
                  fd -> {
                    throw new AssertionError("taken");
                  }));

      assertFalse(taken);
      client.assertClosedByPeer();
    }
  }

  @Test
  void aLoopThatIsClosedBeforeItStartsClosesTheDescriptorsOnTheirWayToIt() throws Exception {
    try (var from = new RunningLoop();
        var client = acceptedBy(from)) {
      var reports = new CopyOnWriteArrayList<String>();
      var to =
          (EventLoop)
              ZLoop.builder()
                  .errorHandler((loop, error) -> reports.add(error.getMessage()))
                  .build();
      boolean taken =
          from.call(() ->
              Sockets.handOver(
                  from.loop,
                  to,
                  client.fd,
                  fd -> {
                    throw new AssertionError("arrived");
                  }));

      to.close();

      assertTrue(taken);
      client.assertClosedByPeer();
      assertEquals(1, reports.size());
      assertTrue(reports.get(0).startsWith("the hand-over of fd " + client.fd), reports.get(0));
    }
  }

  /** A client of the JDK, and the descriptor of its connection's other end. */
  private record Client(SocketChannel channel, int fd) implements AutoCloseable {

    void assertClosedByPeer() throws IOException {
      assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static Client acceptedBy(RunningLoop loop) throws Exception {
    var accepted = new Accepted();
    Acceptor acceptor =
        loop.call(
            () -> Acceptor.open(loop.loop, Addresses.ANY_PORT, SocketOptions.DEFAULT, accepted));
    return new Client(SocketChannel.open(acceptor.localAddress()), accepted.next());
  }
}
