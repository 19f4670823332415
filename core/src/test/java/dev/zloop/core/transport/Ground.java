package dev.zloop.core.transport;

import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.poll.EpollPoller;
import dev.zloop.nativereactor.sys.Syscalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What the contracts of a transport are held on: each backend, and each shape that a backend can
 * have, with each family of sockets.
 */
enum Ground {
  EPOLL_TCP(Backend.EPOLL, Ground::epoll, true),
  EPOLL_UNIX(Backend.EPOLL, Ground::epoll, false),
  COMPLETING_TCP(Backend.EPOLL, syscalls -> new CompletingIo(epoll(syscalls)), true),
  COMPLETING_UNIX(Backend.EPOLL, syscalls -> new CompletingIo(epoll(syscalls)), false);

  final Backend backend;
  private final Function<Syscalls, SocketIo> port;

  /** Whether a peer can see and cause a reset; a Unix socket just ends. */
  final boolean resets;

  Ground(Backend backend, Function<Syscalls, SocketIo> port, boolean resets) {
    this.backend = backend;
    this.port = port;
    this.resets = resets;
  }

  private static ReadinessIo epoll(Syscalls syscalls) {
    return new ReadinessIo(EpollPoller.open(256), syscalls);
  }

  /** Whether what the kernel takes at once is released at once. */
  boolean sendsAtOnce() {
    return this == EPOLL_TCP || this == EPOLL_UNIX;
  }

  /** The sockets of a loop; they close the system calls. */
  SocketIo open(Syscalls syscalls) {
    return port.apply(syscalls);
  }

  SocketAddress freeAddress() throws IOException {
    if (resets) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
    Path path = Files.createTempFile("zloop", ".sock");
    Files.delete(path);
    return UnixDomainSocketAddress.of(path);
  }

  void release(SocketAddress address) throws IOException {
    if (address instanceof UnixDomainSocketAddress unix) {
      Files.deleteIfExists(unix.getPath());
    }
  }
}
