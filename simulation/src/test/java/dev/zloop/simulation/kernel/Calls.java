package dev.zloop.simulation.kernel;

import dev.zloop.nativereactor.sys.Linger;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.SocketAddresses;
import dev.zloop.nativereactor.sys.SocketConstants;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/** A kernel on which a test makes calls as a loop does. */
final class Calls implements AutoCloseable {
  static final int FLAGS = SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;
  static final SocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 7000);

  private static final int ROOM = 64 << 10;

  final Kernel kernel = new Kernel(4711);
  final SimulatedSyscalls syscalls = new SimulatedSyscalls(kernel);
  private final Region region = Region.allocate(ROOM, 8);
  final long memory = region.address();

  int socket() {
    return syscalls.socket(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM | FLAGS, 0);
  }

  int listener(int backlog) {
    int fd = socket();
    int length = SocketAddresses.encode(ADDRESS, memory);
    check(syscalls.bind(fd, memory, length));
    check(syscalls.listen(fd, backlog));
    return fd;
  }

  /** Somebody outside who has connected to {@link #ADDRESS}. */
  Socket outside() {
    Socket socket = kernel.outside(false);
    kernel.connect(socket, ADDRESS);
    settle();
    return socket;
  }

  int connect(int fd) {
    return syscalls.connect(fd, memory, SocketAddresses.encode(ADDRESS, memory));
  }

  int accept(int listener) {
    return syscalls.accept4(listener, FLAGS);
  }

  int send(int fd, String text) {
    return syscalls.send(fd, memory, put(text), SocketConstants.MSG_NOSIGNAL);
  }

  /** Writes a text to the memory; its length. */
  int put(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    Memory.copyIn(bytes, 0, bytes.length, memory);
    return bytes.length;
  }

  int receive(int fd) {
    return syscalls.recv(fd, memory, ROOM, 0);
  }

  String text(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copyOut(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  void closeWithReset(int fd) {
    Linger.set(memory, true, 0);
    check(
        syscalls.setsockopt(
            fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_LINGER, memory, Linger.SIZE));
    check(syscalls.close(fd));
  }

  static int send(Socket outside, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return outside.send(bytes, 0, bytes.length);
  }

  static int receive(Socket outside) {
    return outside.receive(new byte[ROOM], 0, ROOM);
  }

  private static void check(int result) {
    if (result < 0) {
      throw new AssertionError(result);
    }
  }

  /** Lets happen what is on its way. */
  void settle() {
    kernel.pass(100_000_000);
  }

  @Override
  public void close() {
    region.close();
  }
}
