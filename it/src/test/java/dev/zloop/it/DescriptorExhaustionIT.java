package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.ChildJvm;
import dev.zloop.it.support.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A server that runs out of descriptors waits, and goes on when there are some again. */
class DescriptorExhaustionIT {
  private static final int DESCRIPTORS_MAX = 80;
  private static final int CONNECTIONS = 100;

  /** Of two seconds of ticking. A loop that spins takes more also where it gets little. */
  private static final long IDLE_CPU_MILLIS_MAX = 100;

  @Test
  void itServesThoseWhoWaitWhenOthersHaveGone() throws IOException {
    List<Peer> peers = new ArrayList<>();
    try (ChildJvm server = ChildJvm.start(limited())) {
      InetSocketAddress address =
          new InetSocketAddress("127.0.0.1", Integer.parseInt(server.line()));
      for (int i = 0; i < CONNECTIONS; i++) {
        Peer peer = Peer.connect(address); // at least the backlog has room
        peer.send(new byte[] {(byte) i});
        peers.add(peer);
      }
      Await.until("the log line", () -> !logLines(server).isEmpty());

      cpuMillisOfTicks(server); // in which it has served all it can
      long cpuMillis = cpuMillisOfTicks(server);
      assertTrue(cpuMillis <= IDLE_CPU_MILLIS_MAX, () -> "it spins: " + cpuMillis + " ms of CPU");

      int servedAtOnce = serveAndCloseAll(peers);
      assertTrue(servedAtOnce < CONNECTIONS, () -> servedAtOnce + " fit: the limit does not work");
      try (Peer another = Peer.connect(address)) {
        another.send("x");
        assertEquals("x", another.receiveText(1));
      }
      assertTrue(server.isAlive());
      assertEquals(1, logLines(server).size(), () -> "log lines: " + server.errors());
    } finally {
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  private static List<String> limited() {
    return Stream.concat(
            Stream.of("bash", "-c", "ulimit -n " + DESCRIPTORS_MAX + " && exec \"$@\"", "bash"),
            ChildJvm.javaCommand(LimitedEchoServer.class).stream())
        .toList();
  }

  private static long cpuMillisOfTicks(ChildJvm server) {
    server.command("");
    return Long.parseLong(server.line());
  }

  private static List<String> logLines(ChildJvm server) {
    return server.errors().stream().filter(line -> line.contains("EMFILE")).toList();
  }

  /**
   * Waits for each connection's byte to come back, and closes the connection: so there is room for
   * one that waits.
   *
   * @return how many were served before the first was closed
   */
  private static int serveAndCloseAll(List<Peer> peers) throws IOException {
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < peers.size(); i++) {
        peers.get(i).channel().configureBlocking(false).register(selector, SelectionKey.OP_READ, i);
      }
      int servedAtOnce = 0;
      for (int served = 0; served < peers.size(); ) {
        int ready = selector.select(Await.PATIENCE.toMillis());
        assertTrue(ready > 0, "those who wait are not served");
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
          SelectionKey key = keys.next();
          keys.remove();
          assertEchoedAndClose(peers.get((int) key.attachment()), (int) key.attachment());
          served++;
        }
        servedAtOnce = servedAtOnce == 0 ? served : servedAtOnce;
      }
      return servedAtOnce;
    }
  }

  private static void assertEchoedAndClose(Peer peer, int number) throws IOException {
    ByteBuffer echo = ByteBuffer.allocate(2);
    assertEquals(1, peer.channel().read(echo));
    assertEquals((byte) number, echo.get(0));
    peer.close();
  }
}
