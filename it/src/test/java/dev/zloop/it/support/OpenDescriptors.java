package dev.zloop.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What this process holds open of the kinds that a loop uses, by /proc/self/fd.
 *
 * @param queues what loops wait in: epolls and rings
 */
public record OpenDescriptors(int sockets, int eventfds, int queues) {

  public static OpenDescriptors now() {
    Map<String, Integer> counts = new TreeMap<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        counts.merge(kind(descriptor), 1, Integer::sum);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new OpenDescriptors(
        counts.getOrDefault("socket", 0),
        counts.getOrDefault("anon_inode:[eventfd]", 0),
        counts.getOrDefault("anon_inode:[eventpoll]", 0)
            + counts.getOrDefault("anon_inode:[io_uring]", 0));
  }

  /** As {@code socket} of {@code socket:[4711]}. */
  private static String kind(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor)
          .getFileName()
          .toString()
          .replaceAll(":\\[\\d+]", "");
    } catch (IOException gone) {
      return "gone";
    }
  }

  /** Whether there are no more than another time. */
  public boolean isWithin(OpenDescriptors others) {
    return sockets <= others.sockets && eventfds <= others.eventfds && queues <= others.queues;
  }
}
