package dev.zloop.nativereactor.sys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls that bring a file's bytes to a socket. */
class FileCallsTest {
  private final Sockets sockets = new Sockets();
  private final Syscalls syscalls = sockets.syscalls;
  @TempDir private Path directory;

  @AfterEach
  void close() {
    sockets.close();
  }

  private static void assertErrno(int errno, int result) {
    assertEquals(Errno.name(errno), Errno.name(-result));
  }

  @Test
  void sendfileSendsFromAnOffsetAndMovesNoPosition() throws Exception {
    Sockets.Pair pair = sockets.tcpPair();
    try (var file = new OpenFile(directory, "hello, world".getBytes(US_ASCII))) {
      assertEquals(3, syscalls.sendfile(pair.near(), file.fd, 7, 3));
      assertEquals("wor", sockets.recvText(pair.far()));
      assertEquals(12, syscalls.sendfile(pair.near(), file.fd, 0, 100));
      assertEquals("hello, world", sockets.recvText(pair.far()));
      assertEquals(0, file.channel.position());
      assertEquals(0, syscalls.sendfile(pair.near(), file.fd, 12, 100));
      assertEquals(0, syscalls.sendfile(pair.near(), file.fd, 1L << 40, 100));
    }
  }

  @Test
  void sendfileTakesWhatFitsAndThenNothing() throws Exception {
    Sockets.Pair pair = sockets.tcpPair();
    try (var file = new OpenFile(directory, new byte[8 << 20])) {
      int taken = syscalls.sendfile(pair.far(), file.fd, 0, 8 << 20);
      assertTrue(taken > 0 && taken < 8 << 20, taken + " bytes");
      int result;
      do {
        result = syscalls.sendfile(pair.far(), file.fd, 0, 8 << 20);
      } while (result > 0);
      assertErrno(Errno.EAGAIN, result);
    }
  }

  @Test
  void sendfileToAPeerThatHasGoneIsAnErrorAndNoSignal() throws Exception {
    Sockets.Pair pair = sockets.tcpPair();
    try (var file = new OpenFile(directory, new byte[1])) {
      sockets.resetOnClose(pair.near());
      sockets.close(pair.near());
      assertErrno(Errno.ECONNRESET, syscalls.sendfile(pair.far(), file.fd, 0, 1));
      assertErrno(Errno.EPIPE, syscalls.sendfile(pair.far(), file.fd, 0, 1));
    }
  }

  @Test
  void sendfileOfWhatIsNoFileSaysSo() {
    Sockets.Pair pair = sockets.tcpPair();
    assertEquals("ESPIPE", Errno.name(-syscalls.sendfile(pair.far(), pair.near(), 0, 1)));
    assertErrno(Errno.EBADF, syscalls.sendfile(pair.far(), -1, 0, 1));
  }

  @Test
  void preadReadsFromAnOffsetAndMovesNoPosition() throws Exception {
    try (var file = new OpenFile(directory, "hello, world".getBytes(US_ASCII));
        var region = Region.allocate(64, 8)) {
      assertEquals(5, syscalls.pread(file.fd, region.address(), 64, 7));
      byte[] read = new byte[5];
      Memory.copyOut(region.address(), read, 0, 5);
      assertEquals("world", new String(read, US_ASCII));
      assertEquals(0, syscalls.pread(file.fd, region.address(), 64, 12));
      assertEquals(0, file.channel.position());
      assertErrno(Errno.EBADF, syscalls.pread(-1, region.address(), 64, 0));
    }
  }
}
