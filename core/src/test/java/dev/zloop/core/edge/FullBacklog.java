package dev.zloop.core.edge;

import static java.net.StandardProtocolFamily.INET;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A listener whose backlog is full: the kernel drops SYNs, and connects hang. */
final class FullBacklog implements AutoCloseable {
  private static final int BACKLOG = 1;

  /** One more than the backlog fits in: the kernel drops when it is exceeded. */
  private static final int FITTING = BACKLOG + 1;

  private final ServerSocketChannel listener = ServerSocketChannel.open(INET);
  private final SocketChannel[] waiting = new SocketChannel[FITTING];

  FullBacklog() throws IOException {
    listener.bind(Addresses.ANY_PORT, BACKLOG);
    for (int i = 0; i < FITTING; i++) {
      waiting[i] = SocketChannel.open(address());
    }
    Waiting.until(() -> length() == FITTING);
  }

  InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  /** Of a listener, /proc/net/tcp has the backlog's length where others have the bytes to read. */
  private int length() {
    try (var sockets = Files.lines(Path.of("/proc/net/tcp"))) {
      String local = "0100007F:%04X".formatted(address().getPort());
      return sockets
          .map(line -> line.strip().split("\\s+"))
          .filter(fields -> fields[1].equals(local) && fields[3].equals("0A"))
          .mapToInt(fields -> Integer.parseInt(fields[4].split(":")[1], 16))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : waiting) {
      channel.close();
    }
    listener.close();
  }
}
