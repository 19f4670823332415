package dev.zloop.core.edge;

import dev.zloop.nativereactor.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves a socket, or any other of the kernel's unnamed things, open. */
final class OpenDescriptors implements BeforeEachCallback, AfterEachCallback {
  static final int O_NONBLOCK = 04000;
  static final int O_CLOEXEC = 02000000;

  private long before;

  /** How many sockets, epolls and eventfds this process has open. */
  static long count() {
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.map(OpenDescriptors::target).filter(OpenDescriptors::counts).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean counts(String target) {
    return target.startsWith("socket:") || target.startsWith("anon_inode:");
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException closedMeanwhile) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The flags of open(2) that a descriptor has. */
  static int flags(int fd) throws IOException {
    String flags =
        Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
            .filter(line -> line.startsWith("flags:"))
            .findFirst()
            .orElseThrow();
    return Integer.parseInt(flags.substring("flags:".length()).strip(), 8);
  }

  /** Returns once no more than that many are open. */
  static void awaitCount(long expected) {
    Waiting.until(() -> count() <= expected);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    ServerSocketChannel.open().close(); // the JDK opens a socket of its own with the first one
    Backend.candidates().forEach(Backend::isAvailable); // and libkqueue several
    before = count();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    awaitCount(before);
  }
}
