package dev.zloop.nativereactor.sys;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_DONTWAIT;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_CLOEXEC;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_STREAM;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Sockets for tests: every call that may fail fails the test, and close closes whatever was opened.
 * Listeners and connecting sockets block, so that no test has to wait.
 */
public final class Sockets implements AutoCloseable {
  private static final int ADDRESS = 0;
  private static final int LENGTH = 128;
  private static final int VALUE = 192;
  private static final int BYTES = 256;
  private static final int BYTES_MAX = 65536;

  /** Two connected sockets, both non-blocking to recv and send through {@link Sockets}. */
  public record Pair(int near, int far) {}

  public final Syscalls syscalls = LinuxSyscalls.open();
  private final Region region = Region.allocate(BYTES + BYTES_MAX, 64);
  private final List<Integer> open = new ArrayList<>();

  /** The result, which is not negative. */
  public static int ok(int result) {
    if (result < 0) {
      throw new AssertionError(Errno.name(-result));
    }
    return result;
  }

  public int adopt(int fd) {
    open.add(ok(fd));
    return fd;
  }

  public void close(int fd) {
    open.remove((Object) fd);
    ok(syscalls.close(fd));
  }

  public int socket(int family, int flags) {
    return adopt(syscalls.socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  }

  public int bind(int fd, SocketAddress address) {
    return syscalls.bind(fd, at(ADDRESS), SocketAddresses.encode(address, at(ADDRESS)));
  }

  public int connect(int fd, SocketAddress address) {
    return syscalls.connect(fd, at(ADDRESS), SocketAddresses.encode(address, at(ADDRESS)));
  }

  public SocketAddress localAddress(int fd) {
    Memory.putInt(at(LENGTH), SocketAddresses.MAX_LENGTH);
    ok(syscalls.getsockname(fd, at(ADDRESS), at(LENGTH)));
    return SocketAddresses.decode(at(ADDRESS), Memory.getInt(at(LENGTH)));
  }

  public SocketAddress peerAddress(int fd) {
    Memory.putInt(at(LENGTH), SocketAddresses.MAX_LENGTH);
    ok(syscalls.getpeername(fd, at(ADDRESS), at(LENGTH)));
    return SocketAddresses.decode(at(ADDRESS), Memory.getInt(at(LENGTH)));
  }

  public int option(int fd, int level, int name) {
    Memory.putInt(at(LENGTH), Integer.BYTES);
    ok(syscalls.getsockopt(fd, level, name, at(VALUE), at(LENGTH)));
    return Memory.getInt(at(VALUE));
  }

  public int setOption(int fd, int level, int name, int value) {
    Memory.putInt(at(VALUE), value);
    return syscalls.setsockopt(fd, level, name, at(VALUE), Integer.BYTES);
  }

  /** Makes close send RST. */
  public void resetOnClose(int fd) {
    Linger.set(at(VALUE), true, 0);
    ok(
        syscalls.setsockopt(
            fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_LINGER, at(VALUE), Linger.SIZE));
  }

  public int send(int fd, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    Memory.copyIn(bytes, 0, bytes.length, at(BYTES));
    return syscalls.send(fd, at(BYTES), bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  /** The most that one send can carry here. */
  public int sendMuch(int fd) {
    return syscalls.send(fd, at(BYTES), BYTES_MAX, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  public int recv(int fd) {
    return syscalls.recv(fd, at(BYTES), BYTES_MAX, MSG_DONTWAIT);
  }

  public String recvText(int fd) {
    byte[] bytes = new byte[ok(recv(fd))];
    Memory.copyOut(at(BYTES), bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  public static InetSocketAddress anyPort(String literal) {
    return new InetSocketAddress(literal, 0);
  }

  public int listener(SocketAddress address, int flags) {
    int fd = socket(SocketAddresses.familyOf(address), flags);
    ok(bind(fd, address));
    ok(syscalls.listen(fd, 128));
    return fd;
  }

  /** A port of 127.0.0.1 on which nobody listens and nobody else can. */
  public InetSocketAddress refusingAddress() {
    int fd = socket(AF_INET, 0);
    ok(bind(fd, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    return (InetSocketAddress) localAddress(fd);
  }

  public Pair pair(SocketAddress listenOn) {
    int listener = listener(listenOn, 0);
    int near = socket(SocketAddresses.familyOf(listenOn), 0);
    ok(connect(near, localAddress(listener)));
    int far = adopt(syscalls.accept4(listener, SOCK_NONBLOCK | SOCK_CLOEXEC));
    close(listener);
    return new Pair(near, far);
  }

  public Pair tcpPair() {
    return pair(anyPort("127.0.0.1"));
  }

  private long at(int offset) {
    return region.address() + offset;
  }

  @Override
  public void close() {
    open.forEach(syscalls::close);
    syscalls.close();
    region.close();
  }
}
