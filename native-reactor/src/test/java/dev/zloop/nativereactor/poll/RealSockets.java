package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET;
import static dev.zloop.nativereactor.sys.SocketConstants.SHUT_WR;
import static dev.zloop.nativereactor.sys.SocketConstants.SOCK_NONBLOCK;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_ERROR;
import static dev.zloop.nativereactor.sys.Sockets.anyPort;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.nativereactor.sys.Errno;
import dev.zloop.nativereactor.sys.Sockets;

/** TCP on the loopback. */
final class RealSockets implements PolledSockets {
  private final Sockets sockets = new Sockets();

  @Override
  public Pair pair() {
    Sockets.Pair pair = sockets.tcpPair();
    return new Pair(pair.near(), pair.far());
  }

  @Override
  public int listener() {
    return sockets.listener(anyPort("127.0.0.1"), SOCK_NONBLOCK);
  }

  @Override
  public int connecting(int listener) {
    int fd = sockets.socket(AF_INET, SOCK_NONBLOCK);
    assertEquals(-Errno.EINPROGRESS, sockets.connect(fd, sockets.localAddress(listener)));
    return fd;
  }

  @Override
  public int refused() {
    int fd = sockets.socket(AF_INET, SOCK_NONBLOCK);
    assertEquals(-Errno.EINPROGRESS, sockets.connect(fd, sockets.refusingAddress()));
    return fd;
  }

  @Override
  public void accept(int listener) {
    sockets.adopt(sockets.syscalls.accept4(listener, SOCK_NONBLOCK));
  }

  @Override
  public void send(int fd, String text) {
    assertEquals(text.length(), sockets.send(fd, text));
  }

  @Override
  public int sendMuch(int fd) {
    return Math.max(0, sockets.sendMuch(fd));
  }

  @Override
  public int receive(int fd) {
    return Math.max(0, sockets.recv(fd));
  }

  @Override
  public void shutdownOutput(int fd) {
    ok(sockets.syscalls.shutdown(fd, SHUT_WR));
  }

  @Override
  public void close(int fd) {
    sockets.close(fd);
  }

  @Override
  public void reset(int fd) {
    sockets.resetOnClose(fd);
    sockets.close(fd);
  }

  @Override
  public int takeError(int fd) {
    return sockets.option(fd, SOL_SOCKET, SO_ERROR);
  }

  @Override
  public void close() {
    sockets.close();
  }
}
