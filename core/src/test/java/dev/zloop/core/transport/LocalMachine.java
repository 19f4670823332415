package dev.zloop.core.transport;

import dev.zloop.nativereactor.sys.LinuxSyscalls;
import dev.zloop.nativereactor.sys.Syscalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** The machine that the tests run on, with one family of its sockets. */
final class LocalMachine implements Machine {
  private final Function<WatchedSyscalls, SocketIo> port;
  private final boolean unix;

  LocalMachine(Function<WatchedSyscalls, SocketIo> port, boolean unix) {
    this.port = port;
    this.unix = unix;
  }

  @Override
  public Syscalls syscalls() {
    return LinuxSyscalls.open();
  }

  @Override
  public SocketIo open(WatchedSyscalls syscalls) {
    return port.apply(syscalls);
  }

  @Override
  public SocketAddress freeAddress() throws IOException {
    if (!unix) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
    Path path = Files.createTempFile("zloop", ".sock");
    Files.delete(path);
    return UnixDomainSocketAddress.of(path);
  }

  @Override
  public void release(SocketAddress address) throws IOException {
    if (address instanceof UnixDomainSocketAddress path) {
      Files.deleteIfExists(path.getPath());
    }
  }

  @Override
  public Peer connect(SocketAddress address, int bufferBytes) throws IOException {
    return new ChannelPeer(address, bufferBytes);
  }

  @Override
  public void pass() {
    Thread.yield();
  }

  @Override
  public boolean takesOtherThreads() {
    return true;
  }

  @Override
  public void close() {}
}
