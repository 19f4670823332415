package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.NativeKqueueSyscalls;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * TCP's urgent data, which nobody here asks for: a receive stops at the mark, and the urgent byte
 * is left out. It must not hold up what is behind it.
 */
@OnEveryGround
class UrgentContractTest {
  @Parameter Ground ground;
  World world;
  Link link;

  @BeforeEach
  void open() {
    world = new World(ground);
    link = world.link();
    boolean real = link.peer instanceof ChannelPeer;
    assumeTrue(real && ground.resets(), "only TCP on a real kernel has it");
    boolean told = ground.backend() != Backend.KQUEUE || !NativeKqueueSyscalls.isLibraryGiven();
    assumeTrue(told, "libkqueue does not tell it");
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** One urgent byte, which is not of the pattern. */
  private void sendUrgent() throws IOException {
    ChannelPeer peer = (ChannelPeer) link.peer;
    peer.channel.configureBlocking(true); // its socket sends nothing otherwise
    Socket socket = peer.channel.socket();
    socket.sendUrgentData('!');
    peer.channel.configureBlocking(false);
  }

  private void untilReceived(long bytes) {
    world.until(() -> link.handler.received == bytes);
  }

  @Test
  void whatIsBehindTheMarkIsReceivedToo() throws Exception {
    link.startReading();
    world.settle();
    link.peer.send(1000);
    sendUrgent();
    link.peer.send(1000);
    untilReceived(2000);
  }

  @Test
  void whatWaitedBeforeReadingBeganIsReceivedToo() throws Exception {
    link.peer.send(1000);
    sendUrgent();
    link.peer.send(1000);
    world.untilArrived(link);
    link.startReading();
    untilReceived(2000);
  }

  @Test
  void manyMarksHoldNothingUp() throws Exception {
    link.startReading();
    for (int i = 1; i <= 50; i++) {
      link.peer.send(100);
      sendUrgent();
      link.peer.send(100);
      untilReceived(200L * i); // a byte that the next mark overtakes is an ordinary one
    }
  }

  @Test
  void anUrgentByteAloneIsNoEnd() throws Exception {
    link.startReading();
    sendUrgent();
    world.settle();
    assertEquals(0, link.handler.received);
    link.peer.send(1000);
    untilReceived(1000);
  }

  @Test
  void theEndBehindTheMarkIsTold() throws Exception {
    link.startReading();
    link.peer.send(1000);
    sendUrgent();
    link.peer.shutdownOutput();
    world.until(() -> link.handler.told.contains("inputEnd"));
    assertEquals(1000, link.handler.received);
    assertNull(link.handler.broken);
  }
}
