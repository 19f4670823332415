package dev.zloop.nativereactor.sys;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file for tests, opened by the JDK, and its descriptor. */
public final class OpenFile implements AutoCloseable {
  public final Path path;
  public final FileChannel channel;
  public final int fd;

  public OpenFile(Path directory, byte[] content) throws IOException {
    path = Files.createTempFile(directory.toRealPath(), "zloop", ".bin");
    Files.write(path, content);
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

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
