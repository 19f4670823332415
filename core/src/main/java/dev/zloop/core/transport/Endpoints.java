package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.Syscalls;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * The two ends of a socket, as text for a person; null where there is none. For two system calls,
 * and memory.
 */
record Endpoints(String local, String remote) {

  static Endpoints of(Syscalls syscalls, int fd) {
    return new Endpoints(read(syscalls::getsockname, fd), read(syscalls::getpeername, fd));
  }

  /** As {@code 127.0.0.1:7000 to 127.0.0.1:52114}, or without the peer where there is none. */
  static String text(Syscalls syscalls, int fd) {
    Endpoints both = of(syscalls, fd);
    return both.remote == null ? String.valueOf(both.local) : both.local + " to " + both.remote;
  }

  /** getsockname(2), getpeername(2). */
  @FunctionalInterface
  private interface Call {
    int invoke(int fd, long address, long length);
  }

  private static String read(Call call, int fd) {
    ByteBuffer memory = ByteBuffer.allocateDirect(SocketAddresses.MAX_LENGTH + Integer.BYTES);
    long address = Memory.addressOf(memory);
    long length = address + SocketAddresses.MAX_LENGTH;
    Memory.putInt(length, SocketAddresses.MAX_LENGTH);
    if (call.invoke(fd, address, length) < 0) {
      return null;
    }
    SocketAddress decoded = SocketAddresses.decode(address, Memory.getInt(length));
    String text = decoded.toString().replaceFirst("^/(?=[0-9\\[])", "");
    return text.isEmpty() ? "(unnamed)" : text;
  }
}
