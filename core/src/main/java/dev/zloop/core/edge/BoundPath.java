package dev.zloop.core.edge;

import static java.lang.System.Logger.Level.DEBUG;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The file that bind(2) made of a Unix socket's path. Whoever bound it removes it, but not a file
 * that took its place meanwhile: another server may have removed it and bound the path anew.
 *
 * @param fileKey what tells this file from others of the same name: device and inode
 */
record BoundPath(Path path, Object fileKey) {
  private static final System.Logger LOG = System.getLogger("dev.zloop.core");

  /** The file of an address that was just bound; none for IP, and for a path without characters. */
  static Optional<BoundPath> of(SocketAddress bound) {
    return bound instanceof UnixDomainSocketAddress unix && !unix.getPath().toString().isEmpty()
        ? fileKey(unix.getPath()).map(key -> new BoundPath(unix.getPath(), key))
        : Optional.empty();
  }

  /** Removes the file if it is still the same. What goes wrong is logged: the file is left over. */
  void remove() {
    try {
      if (fileKey(path).filter(fileKey::equals).isPresent()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      LOG.log(DEBUG, "cannot remove the socket file " + path, e);
    }
  }

  private static Optional<Object> fileKey(Path path) {
    try {
      return Optional.ofNullable(
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey());
    } catch (IOException gone) {
      return Optional.empty();
    }
  }
}
