package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.poll.Poller;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file over readiness, on a kernel that does what the test says: one that sends files, and one
 * where they are read and sent.
 */
@ParameterizedClass
@ValueSource(booleans = {true, false})
class FileSendTest {
  private static final int FD = 5;
  private static final int FILE = 9;

  @Parameter boolean sendsFiles;
  private final ScriptedKernel kernel = new ScriptedKernel();
  private final ScriptedKernel.Socket socket = kernel.socket(FD);
  private ScriptedWorld<ReadinessIo> world;
  private Link link;
  private final Object owner = new Object();

  @BeforeEach
  void open() throws Exception {
    kernel.sendsFiles = sendsFiles;
    world = ScriptedWorld.on(kernel);
    link = world.open(FD);
    link.owners.add(owner);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void writeFile(long length) {
    link.handler.within(() -> link.transport.writeFile(FILE, 0, length, owner));
  }

  @Test
  void aFileArrivesWhole() {
    writeFile(500_000);
    link.flush();
    world.settle();
    assertEquals(500_000, socket.sent);
    assertEquals(List.of(owner), link.handler.released);
  }

  @Test
  void whatASocketTookInPartIsContinuedWhereItStopped() {
    socket.sends.addAll(List.of(10, ScriptedKernel.AGAIN, 20, ScriptedKernel.AGAIN));
    writeFile(100);
    link.flush();
    world.settle();
    kernel.edge(FD, Poller.WRITABLE);
    world.settle();
    assertEquals(30, socket.sent);
    assertEquals(70, link.transport.queuedBytes());
    kernel.edge(FD, Poller.WRITABLE);
    world.settle();
    assertEquals(100, socket.sent);
    assertEquals(List.of(owner), link.handler.released);
  }

  @Test
  void aFileThatEndsTooSoonIsNotedWithoutAnEdge() {
    kernel.fileLength = 60;
    writeFile(100);
    link.startReading();
    link.flush();
    world.settle();
    assertEquals(60, socket.sent);
    assertTrue(link.handler.closed);
    assertEquals("EIO", link.handler.errno());
    assertTrue(socket.reset);
    assertEquals(List.of(owner), link.handler.released);
  }
}
