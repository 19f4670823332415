package dev.zloop.nativereactor.sys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls that open and read files. */
class FileSyscallsTest {
  private final FileSyscalls syscalls = FileSyscalls.open();
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void writeFile() throws Exception {
    file = Files.writeString(directory.resolve("hello.txt"), "hello, world");
  }

  private int open(Path path) {
    byte[] bytes = path.toString().getBytes(UTF_8);
    try (Region name = Region.allocate(bytes.length + 1, 1)) {
      Memory.copyIn(bytes, 0, bytes.length, name.address());
      Memory.putByte(name.address() + bytes.length, (byte) 0);
      return syscalls.open(
          name.address(),
          FileConstants.O_RDONLY | FileConstants.O_CLOEXEC | FileConstants.O_NONBLOCK);
    }
  }

  @Test
  void aFileIsOpenedAndReadAndHasALength() {
    int fd = open(file);
    assertTrue(fd >= 0);
    assertTrue(Descriptors.isCloseOnExec(fd));
    assertEquals(12, syscalls.lseek(fd, 0, FileConstants.SEEK_END));
    assertEquals(3, syscalls.lseek(fd, 3, FileConstants.SEEK_SET));
    try (Region region = Region.allocate(64, 8)) {
      assertEquals(5, syscalls.pread(fd, region.address(), 64, 7));
      byte[] read = new byte[5];
      Memory.copyOut(region.address(), read, 0, 5);
      assertEquals("world", new String(read, US_ASCII));
      assertEquals(0, syscalls.pread(fd, region.address(), 64, 12));
    }
    assertEquals(0, syscalls.close(fd));
    assertErrno(Errno.EBADF, syscalls.close(fd));
  }

  @Test
  void aLengthMayBeMoreThanAnIntHolds() throws Exception {
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength((5L << 32) + 7);
    }
    int fd = open(file);
    assertEquals((5L << 32) + 7, syscalls.lseek(fd, 0, FileConstants.SEEK_END));
    assertEquals((1L << 32) - 1, syscalls.lseek(fd, (1L << 32) - 1, FileConstants.SEEK_SET));
    syscalls.close(fd);
  }

  @Test
  void whatCannotBeOpenedOrReadSaysWhy() {
    assertErrno(Errno.ENOENT, open(directory.resolve("nothing")));
    int fd = open(directory);
    try (Region region = Region.allocate(8, 8)) {
      assertErrno(Errno.EISDIR, syscalls.pread(fd, region.address(), 1, 0));
    }
    syscalls.close(fd);
    assertErrno(Errno.EBADF, (int) syscalls.lseek(-1, 0, FileConstants.SEEK_END));
  }

  private static void assertErrno(int errno, int result) {
    assertEquals(Errno.name(errno), Errno.name(-result));
  }
}
