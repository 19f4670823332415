package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.SocketConstants;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What becomes of connections whose loop is stopped by a defect of the engine. */
@OnEveryGround
class DefectContractTest {
  private final Logger log = Logger.getLogger("dev.zloop.core");
  private final Error defect = new AssertionError("a broken invariant");

  @Parameter Ground ground;
  World world;

  @BeforeEach
  void open() {
    log.setLevel(Level.OFF); // it is loud about defects
    world = new World(ground);
  }

  @AfterEach
  void restoreLog() {
    log.setLevel(null);
  }

  /** Stops the loop, as a listener to the seam does that throws; and holds it to losing nothing. */
  private void stop() throws IOException {
    int type =
        SocketConstants.SOCK_STREAM | SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;
    int family = SocketAddresses.familyOf(world.machine.freeAddress());
    int fd = World.ok(world.syscalls.socket(family, type, 0));
    world.io.openListener(fd, new ThrowingListener()).close();
    assertSame(defect, assertThrows(AssertionError.class, () -> world.until(world::loopIsClosed)));
    assertTrue(world.loop.onClosed().toCompletableFuture().isCompletedExceptionally());
    assertEquals(Set.of(), world.syscalls.open);
    assertEquals(List.of(), world.errors);
    for (Link link : world.links) {
      assertTrue(link.handler.closed);
      link.handler.retained.forEach(Lease::release);
      assertEquals(link.written.size(), link.handler.released.size());
      link.written.forEach(Region::close);
      link.peer.close();
    }
    world.machine.close();
  }

  private final class ThrowingListener implements ListenerEvents {

    @Override
    public void onAccepted(int fd) {
      throw new AssertionError("nobody connects");
    }

    @Override
    public void onAcceptFailed(int errno) {}

    @Override
    public void onClosed() {
      throw defect;
    }
  }

  private void assertToldWhy(Link link) {
    assertNotNull(link.handler.cause);
    assertSame(defect, link.handler.cause.getCause());
    assertTrue(link.handler.cause.getMessage().contains(world.loop.name()));
  }

  @Test
  void anIdleOneIsToldWhy() throws Exception {
    Link link = world.link();
    stop();
    assertToldWhy(link);
    assertEquals(List.of("closed"), link.handler.told);
  }

  @Test
  void oneWithUnsentBytesReleasesThem() throws Exception {
    Link link = world.fullLink();
    int written = link.written.size();
    link.handler.onReleased = () -> assertFalse(link.transport.isWritable());
    stop();
    assertToldWhy(link);
    assertEquals(written, link.written.size());
  }

  @Test
  void oneWithParkedBytesReleasesThem() throws Exception {
    Link link = world.link();
    link.startReading();
    link.peer.send(1000);
    link.handler.onReceived = link.transport::stopReading;
    world.until(() -> link.handler.received > 0);
    link.peer.send(1000);
    world.settle();
    stop();
    assertToldWhy(link);
  }

  @Test
  void retainedBytesStayTheirReceivers() throws Exception {
    Link link = world.link();
    link.handler.retain = true;
    link.startReading();
    link.peer.send(1000);
    world.until(() -> link.handler.received == 1000);
    stop(); // which releases them, afterwards
    assertToldWhy(link);
  }

  @Test
  void oneThatIsClosingIsToldWhy() throws Exception {
    Link link = world.fullLink();
    link.close();
    stop();
    assertToldWhy(link);
  }

  @Test
  void oneThatFailedBeforeIsToldThatCause() throws Exception {
    Link link = world.link();
    var cause = new IOException("the user's");
    link.handler.within(() -> link.transport.abort(cause));
    stop();
    assertSame(cause, link.handler.cause);
  }

  @Test
  void aTransportOfAStoppedLoopTakesEveryCall() throws Exception {
    Link link = world.link();
    link.handler.onClosed =
        () -> {
          assertFalse(link.write(10));
          link.flush();
          link.startReading();
          link.stopReading();
          link.shutdownOutput();
          link.close();
          link.abort();
        };
    stop();
    assertToldWhy(link);
    assertEquals(List.of("closed"), link.handler.told);
  }
}
