package dev.zloop.core.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are opened to be sent, and what is said of those that cannot be. */
class FilePartTest {
  @TempDir private Path directory;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  /** Also where one could not be used. */
  @AfterEach
  void noFileIsLeftOpen() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      assertTrue(open.map(FilePartTest::target).noneMatch(path -> path.startsWith(directory)));
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException closedMeanwhile) {
      return Path.of("");
    }
  }

  private static String read(FilePart part, long from) throws IOException {
    ByteBuffer into = ByteBuffer.allocateDirect(64);
    int count = part.read(from, into);
    byte[] bytes = new byte[count];
    into.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void theWholeFileOrAPartOfItIsRead() throws IOException {
    Path file = file("hello.txt", "hello, world");
    try (FilePart whole = FilePart.open(file, 0, FilePart.TO_THE_END);
        FilePart rest = FilePart.open(file, 7, FilePart.TO_THE_END);
        FilePart middle = FilePart.open(file, 3, 5);
        FilePart nothing = FilePart.open(file, 12, 0)) {
      assertEquals("hello, world", read(whole, 0));
      assertEquals("world", read(whole, 7));
      assertEquals("world", read(rest, 0));
      assertEquals("lo, w", read(middle, 0));
      assertEquals("w", read(middle, 4));
      assertEquals(5, middle.length());
      assertEquals(0, nothing.length());
    }
  }

  @Test
  void aFileIsFoundByANameThatIsNotAscii() throws IOException {
    Path file;
    try {
      file = file("größe-漢字.txt", "x");
    } catch (java.nio.file.InvalidPathException unknown) {
      return; // a locale that has no such names
    }
    try (FilePart part = FilePart.open(file, 0, 1)) {
      assertEquals("x", read(part, 0));
    }
  }

  @Test
  void whatIsNoFileIsRefusedByItsName() throws Exception {
    Path none = directory.resolve("none");
    assertThrows(NoSuchFileException.class, () -> FilePart.open(none, 0, 0));
    assertRefused(directory, "is a directory, expected a regular file");
    Path below = file("file", "").resolve("below");
    assertRefused(below, "open: ENOTDIR (Not a directory)");
    Path fifo = directory.resolve("fifo");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    assertRefused(fifo, "has no positions to read from, expected a regular file");
  }

  private static void assertRefused(Path path, String reason) {
    var refusal =
        assertThrows(
            FileSystemException.class, () -> FilePart.open(path, 0, FilePart.TO_THE_END).close());
    assertEquals(path + ": " + reason, refusal.getMessage());
  }

  @Test
  void aPartThatTheFileDoesNotHaveIsRefused() throws IOException {
    Path file = file("ten", "0123456789");
    assertPartRefused(file, 11, FilePart.TO_THE_END, "as many as the position, 11");
    assertPartRefused(file, 5, 6, "5 and 6 from there on");
    assertPartRefused(file, 1, Long.MAX_VALUE, "1 and 9223372036854775807 from there on");
  }

  private static void assertPartRefused(Path file, long position, long count, String expected) {
    var refusal =
        assertThrows(FileSystemException.class, () -> FilePart.open(file, position, count).close());
    assertEquals(file + ": has 10 bytes, expected at least " + expected, refusal.getMessage());
  }

  @Test
  void aPathOfAnotherFileSystemIsRefused() throws IOException {
    Path zip = directory.resolve("some.zip");
    try (var files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path inside = Files.writeString(files.getPath("/inside"), "x");
      var refusal =
          assertThrows(FileSystemException.class, () -> FilePart.open(inside, 0, 1).close());
      assertTrue(refusal.getMessage().contains("not of the default file system"));
    }
  }

  @Test
  void aFileThatIsMadeShorterSaysSo() throws IOException {
    Path file = file("ten", "0123456789");
    try (FilePart part = FilePart.open(file, 0, 10)) {
      truncate(file, 4);
      assertEquals("0123", read(part, 0));
      var failure = assertThrows(FileSystemException.class, () -> read(part, 4));
      assertEquals(
          file
              + ": ends before 10 bytes, which it had:"
              + " it was made shorter while it was being sent",
          failure.getMessage());
    }
  }

  private static void truncate(Path file, long length) {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
