package dev.zloop.core.transport;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that holds the pattern, opened by the JDK, and its descriptor. */
final class PatternFile implements AutoCloseable {
  private final FileChannel channel;
  final int fd;

  PatternFile(Path directory, int length) throws IOException {
    Path path = Files.createTempFile(directory.toRealPath(), "zloop", ".bin");
    Files.write(path, Pattern.bytes(0, length));
    channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    fd = descriptorOf(path);
  }

  /** The JDK does not tell; the kernel does. */
  private static int descriptorOf(Path path) throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors
          .filter(descriptor -> path.equals(target(descriptor)))
          .mapToInt(descriptor -> Integer.parseInt(descriptor.getFileName().toString()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException closedMeanwhile) {
      return null;
    }
  }

  FileChannel channel() {
    return channel;
  }

  void truncate(long length) throws IOException {
    channel.truncate(length);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
