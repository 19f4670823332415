package dev.zloop.nativereactor.sys;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What /proc/self/fdinfo tells of a descriptor. */
public final class Descriptors {
  /** The flags of open(2), as the kernel has them. */
  public static final int O_NONBLOCK = 04000;

  public static final int O_CLOEXEC = 02000000;

  private Descriptors() {}

  public static boolean isNonBlocking(int fd) {
    return (flags(fd) & O_NONBLOCK) != 0;
  }

  public static boolean isCloseOnExec(int fd) {
    return (flags(fd) & O_CLOEXEC) != 0;
  }

  private static int flags(int fd) {
    return Integer.parseInt(field(fd, "flags:"), 8);
  }

  /** The counter of an eventfd, in hexadecimal. */
  public static String eventfdCount(int fd) {
    return field(fd, "eventfd-count:");
  }

  private static String field(int fd, String name) {
    try (var lines = Files.lines(Path.of("/proc/self/fdinfo/" + fd))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(name.length()).strip())
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
