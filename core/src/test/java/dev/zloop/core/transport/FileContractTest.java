package dev.zloop.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** What a transport promises about files that it sends, whatever is below it. */
@OnEveryGround
class FileContractTest {
  private static final int HIGH = World.OPTIONS.writeQueueHighBytes();
  private static final int LOW = World.OPTIONS.writeQueueLowBytes();

  /** More than the kernel holds for a narrow link, and than a turn sends. */
  private static final int LARGE = 3_000_000;

  @Parameter Ground ground;
  @TempDir Path directory;
  World world;
  Link link;
  PatternFile file;

  @BeforeEach
  void open() throws Exception {
    world = new World(ground);
    assumeTrue(world.machine instanceof LocalMachine, "a simulated kernel has no files");
    link = world.link();
    file = new PatternFile(directory, LARGE + 1000);
  }

  @AfterEach
  void close() throws Exception {
    world.close();
    if (file != null) {
      file.close();
    }
  }

  /** Sends the file's next bytes of the stream; its owner is the returned object. */
  private Object writeFile(long length) {
    return link.writeFile(file, length);
  }

  private void receiveAllOfIt() {
    world.until(() -> {
      link.peer.receiveAll();
      return link.peer.received == link.position();
    });
  }

  private void untilReleased(int owners) {
    world.until(() -> link.handler.released.size() == owners);
  }

  @Test
  void aFileIsSentByTheFlushAndItsOwnerReleased() {
    Object owner = writeFile(1000);
    assertEquals(1000, link.transport.queuedBytes());
    assertEquals(List.of(), link.handler.released);
    link.flush();
    receiveAllOfIt();
    untilReleased(1);
    assertEquals(List.of(owner), link.handler.released);
    assertEquals(1000, link.transport.sentBytes());
    assertEquals(0, link.transport.queuedBytes());
  }

  @Test
  void filesAndMemoryArriveInTheirOrder() {
    link = world.narrowLink();
    for (int i = 0; i < 20; i++) {
      link.write(10);
      link.write(1 + 3000 * i);
      writeFile(1 + 7000 * i);
      writeFile(1);
    }
    link.write(5);
    link.flush();
    receiveAllOfIt();
    untilReleased(81);
    assertEquals(link.position(), link.transport.sentBytes());
    assertEquals(link.owners, link.handler.released);
  }

  @Test
  void aLargeFileArrivesWhole() {
    link = world.narrowLink();
    writeFile(LARGE);
    link.flush();
    world.settle();
    assertTrue(link.transport.queuedBytes() > 0);
    assertEquals(List.of(), link.handler.released);
    receiveAllOfIt();
    untilReleased(1);
  }

  @Test
  void oneCallTakesNoMoreThanItsBound() {
    writeFile(LARGE);
    link.flush();
    receiveAllOfIt();
    untilReleased(1);
    assertTrue(world.syscalls.fileSends >= LARGE / SocketCalls.FILE_BYTES_MAX);
    assertEquals(SocketCalls.FILE_BYTES_MAX, world.syscalls.fileSendBytesMax);
  }

  @Test
  void aFlushTakesNoMoreThanItsBound() {
    writeFile(LARGE);
    link.flush();
    assertTrue(link.transport.sentBytes() <= 1 << 20, link.transport.sentBytes() + " bytes");
    receiveAllOfIt();
    untilReleased(1);
  }

  @Test
  void itsBytesCountAgainstTheMarks() {
    link = world.narrowLink();
    writeFile(HIGH - 1);
    assertTrue(link.transport.isWritable());
    writeFile(LARGE - HIGH);
    assertFalse(link.transport.isWritable());
    link.flush();
    world.settle();
    long[] progress = {0, 0};
    link.handler.onSent = () -> progress[0]++;
    link.handler.onWritable =
        () -> {
          progress[1]++;
          assertTrue(link.transport.queuedBytes() <= LOW);
        };
    receiveAllOfIt();
    untilReleased(2);
    assertTrue(progress[0] > 1, progress[0] + " times");
    assertEquals(1, progress[1]);
    assertTrue(link.transport.isWritable());
  }

  @Test
  void nothingOfAFileIsTakenAndReleasedAtOnce() {
    Object owner = writeFile(0);
    assertEquals(List.of(owner), link.handler.released);
    assertEquals(0, link.transport.queuedBytes());
  }

  @Test
  void whatNoFileCanHaveIsRefused() {
    for (long[] part : new long[][] {{-1, 1}, {0, -1}, {Long.MAX_VALUE, 1}}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> link.transport.writeFile(file.fd, part[0], part[1], null));
    }
    assertThrows(IllegalArgumentException.class, () -> link.transport.writeFile(-1, 0, 1, null));
  }

  @Test
  void afterTheOutputsEndAFileIsDroppedAndReleased() {
    link.shutdownOutput();
    Object owner = writeFile(10);
    assertEquals(List.of(owner), link.handler.released);
    assertEquals(0, link.transport.queuedBytes());
  }

  @Test
  void theOutputEndsAfterTheFile() {
    link = world.narrowLink();
    writeFile(LARGE);
    link.shutdownOutput();
    receiveAllOfIt();
    world.until(link.peer::sawEnd);
    assertNull(link.peer.failure);
  }

  @Test
  void aGracefulCloseSendsTheFileFirst() {
    link = world.narrowLink();
    writeFile(LARGE);
    link.close();
    receiveAllOfIt();
    world.until(link.peer::sawEnd);
    assertNull(link.peer.failure);
    link.peer.close();
    world.until(() -> link.handler.closed);
    assertNull(link.handler.cause);
  }

  @Test
  void anAbortDropsTheFileAndReleasesItsOwner() {
    link = world.narrowLink();
    writeFile(LARGE);
    link.flush();
    world.settle();
    link.abort();
    world.until(() -> link.handler.closed);
    assertEquals(1, link.handler.released.size());
  }

  @Test
  void aPeersResetReleasesTheFile() {
    link = world.narrowLink();
    writeFile(LARGE);
    link.flush();
    world.settle();
    link.startReading();
    link.peer.reset();
    world.until(() -> link.handler.closed);
    assertEquals(1, link.handler.released.size());
  }

  @Test
  void aFileThatIsShorterThanSaidBreaksTheConnection() throws Exception {
    link.write(100);
    writeFile(LARGE);
    link.write(100);
    file.truncate(50_000);
    link.startReading();
    link.flush();
    world.until(() -> link.handler.closed);
    assertEquals("EIO", link.handler.errno());
    String message = link.handler.cause.getMessage();
    assertTrue(message.contains("shorter"), message);
    assertTrue(message.startsWith("sendfile(fd "), message);
    assertTrue(message.contains("file fd " + file.fd), message);
    assertEquals(3, link.handler.released.size());
    world.until(link.peer::sawEnd);
    assertTrue(link.peer.received <= 50_000);
    if (ground.resets()) {
      assertTrue(link.peer.failure != null, "its peer takes what it has for the whole");
    }
  }

  @Test
  void aFileThatCannotBeReadBreaksTheConnection() throws Exception {
    writeFile(10);
    file.close();
    link.startReading();
    link.flush();
    world.until(() -> link.handler.closed);
    assertEquals("EBADF", link.handler.errno());
    assertEquals(1, link.handler.released.size());
  }

  @Test
  void aSocketIsNoFile() {
    Link other = world.link();
    int notAFile = other.transport.fd();
    link.handler.within(() -> link.transport.writeFile(notAFile, 0, 10, null));
    link.startReading();
    link.flush();
    world.until(() -> link.handler.closed);
    assertEquals("ESPIPE", link.handler.errno());
  }

  @Test
  void whatReleasesAFileMayWriteTheNext() {
    link.handler.onReleased =
        () -> {
          if (link.handler.released.size() < 5) {
            writeFile(1000);
          }
        };
    writeFile(1000);
    link.flush();
    untilReleased(5);
    receiveAllOfIt();
    assertEquals(5000, link.peer.received);
  }

  @Test
  void aFileThatGrowsIsSentAsFarAsWasSaid() throws Exception {
    writeFile(1000);
    file.channel().write(ByteBuffer.allocate(10), LARGE + 1000);
    link.flush();
    receiveAllOfIt();
    untilReleased(1);
    assertEquals(1000, link.peer.received);
  }
}
