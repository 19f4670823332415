package dev.zloop.nativereactor.uring;

import dev.zloop.nativereactor.sys.Sockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Streams of both families. */
enum Family {
  TCP {
    @Override
    Sockets.Pair pair(Uring uring) {
      return uring.sockets.tcpPair();
    }
  },

  UNIX {
    @Override
    Sockets.Pair pair(Uring uring) {
      try {
        Path directory = Files.createTempDirectory("uring");
        Path path = directory.resolve("socket");
        try {
          return uring.sockets.pair(UnixDomainSocketAddress.of(path));
        } finally {
          Files.deleteIfExists(path);
          Files.delete(directory);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  };

  abstract Sockets.Pair pair(Uring uring);
}
