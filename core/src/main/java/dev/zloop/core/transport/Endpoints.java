package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.Syscalls;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * The two ends of a socket, as text for a person; null where there is none. By two system calls.
 */
record Endpoints(String local, String remote) {
  /** An address, and its length. */
  private static final ThreadLocal<ByteBuffer> MEMORY =
      ThreadLocal.withInitial(
          () -> ByteBuffer.allocateDirect(SocketAddresses.MAX_LENGTH + Integer.BYTES));

  static Endpoints of(Syscalls syscalls, int fd) {
    long address = Memory.addressOf(MEMORY.get());
    long length = address + SocketAddresses.MAX_LENGTH;
    Memory.putInt(length, SocketAddresses.MAX_LENGTH);
    String local = decoded(syscalls.getsockname(fd, address, length), address, length);
    Memory.putInt(length, SocketAddresses.MAX_LENGTH);
    String remote = decoded(syscalls.getpeername(fd, address, length), address, length);
    return new Endpoints(local, remote);
  }

  /** As {@code 127.0.0.1:7000 to 127.0.0.1:52114}, or without the peer where there is none. */
  static String text(Syscalls syscalls, int fd) {
    Endpoints both = of(syscalls, fd);
    return both.remote == null ? String.valueOf(both.local) : both.local + " to " + both.remote;
  }

  private static String decoded(int result, long address, long length) {
    if (result < 0) {
      return null;
    }
    SocketAddress decoded = SocketAddresses.decode(address, Memory.getInt(length));
    String text = decoded.toString();
    if (decoded instanceof InetSocketAddress && text.startsWith("/")) {
      return text.substring(1);
    }
    return text.isEmpty() ? "(unnamed)" : text;
  }
}
