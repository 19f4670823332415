package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.transport.Ground;
import dev.zloop.core.transport.Link;
import dev.zloop.core.transport.OnEveryGround;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What a dump tells of connections, listeners and connects, whatever is below them. */
@OnEveryGround
class DumpContractTest {
  @Parameter Ground ground;
  World world;

  /** Keeps nothing of what it accepts. */
  private final class Refusing extends Accepted {
    @Override
    public void onAccepted(int fd) {
      super.onAccepted(fd);
      closeAll(world.loop);
    }
  }

  @BeforeEach
  void open() {
    world = new World(ground);
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** The loop is the test's thread's, and answers it at once. */
  private List<String> dump() {
    return world.loop.dump().toCompletableFuture().join().lines().toList();
  }

  private String lineWith(String text) {
    List<String> dump = dump();
    List<String> found = dump.stream().filter(line -> line.contains(text)).toList();
    assertEquals(1, found.size(), () -> text + " in:\n" + String.join("\n", dump));
    return found.getFirst();
  }

  private String lineOf(Transport transport) {
    return lineWith("fd " + transport.fd() + ", ");
  }

  private static void assertEnds(String end, String line) {
    assertTrue(line.endsWith(end), () -> line + " does not end with " + end);
  }

  private static void assertHas(String text, String line) {
    assertTrue(line.contains(text), () -> text + " is not in: " + line);
  }

  private static String text(SocketAddress address) {
    return Failures.text(address);
  }

  @Test
  void aConnectionTellsItsEndsAndThatItWaits() {
    Transport transport = world.link().transport;
    world.settle();
    String line = lineOf(transport);
    if (Sockets.localAddress(world.loop, transport.fd()) instanceof InetSocketAddress local) {
      String remote = text(Sockets.remoteAddress(world.loop, transport.fd()));
      assertHas(", " + text(local) + " to " + remote + ": open, ", line);
    }
    assertHas(": open, not reading, 0 bytes unsent", line);
    assertEquals("  connections: 1", lineWith("connections"));
  }

  @Test
  void aConnectionTellsThatItReadsAndHowMuchIsUnsent() {
    Link link = world.fullLink();
    link.startReading();
    world.settle();
    String line = lineOf(link.transport);
    String unsent = link.transport.queuedBytes() + " bytes unsent";
    assertHas(": open, reading, " + unsent, line);
    assertHas("send", line.substring(line.indexOf(unsent))); // which waits, or is in flight
  }

  @Test
  void theEndsOfInputAndOutputAreTold() {
    Link link = world.link();
    link.startReading();
    link.shutdownOutput();
    world.settle();
    assertHas(": open, reading, output ended", lineOf(link.transport));

    Link other = world.link();
    other.startReading();
    other.peer.shutdownOutput();
    world.until(() -> other.handler.told.contains("inputEnd"));
    assertHas(": open, input ended, 0 bytes unsent", lineOf(other.transport));
  }

  @Test
  void aConnectionThatClosesTellsHowFarItIs() {
    Link link = world.fullLink();
    link.close();
    assertHas(": flushing, not reading, ", lineOf(link.transport));
    link.abort();
    assertEquals("    fd " + link.transport.fd() + ": closing", lineWith("closing"));
    world.until(() -> link.handler.closed);
    assertFalse(dump().stream().anyMatch(line -> line.contains("connections")));
  }

  @Test
  void leasesThatAreOutAreCounted() {
    Link link = world.link();
    link.handler.retain = true;
    link.startReading();
    world.settle();
    assertHas("leases out: 0", lineWith("receive memory: "));
    link.peer.send(100);
    world.until(() -> link.handler.received == 100);
    assertFalse(lineWith("receive memory: ").contains("leases out: 0"));
  }

  @Test
  void aListenerTellsWhereItListensAndThatItPauses() throws IOException {
    SocketAddress free = world.machine.freeAddress();
    Acceptor acceptor = Acceptor.open(world.loop, free, SocketOptions.DEFAULT, new Refusing());
    world.settle();
    String where = text(acceptor.localAddress());
    assertEquals("  listeners: 1", lineWith("listeners"));
    assertEnds(", " + where + ": accepting", lineWith(where));
    acceptor.close();
    assertEnds(": closing", lineWith(where));
    world.machine.release(free);
  }

  @Test
  void aConnectTellsWhereToAndHowFarItIs() throws IOException {
    SocketAddress free = world.machine.freeAddress();
    Acceptor acceptor = Acceptor.open(world.loop, free, SocketOptions.DEFAULT, new Refusing());
    Outcome outcome = new Outcome();
    Cancellable connect =
        Connector.connect(
            world.loop,
            acceptor.localAddress(),
            null,
            SocketOptions.DEFAULT,
            Duration.ofSeconds(30),
            outcome);
    String where = text(acceptor.localAddress());
    assertTrue(dump().contains("  connects: 1"), dump()::toString);
    assertTrue(dump().contains("    to " + where + ", within 30 s: resolving"), dump()::toString);
    assertTrue(dump().contains("  lookups: 1"), dump()::toString);
    world.turn();
    if (!outcome.isTold()) {
      assertHas(": 1 addresses being tried, 0 not yet, 0 failed", lineWith("within 30 s"));
    }
    connect.cancel();
    world.settle();
    assertFalse(dump().contains("  connects: 1"));
    world.machine.release(free);
  }
}
