package dev.zloop.simulation;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.edge.Acceptor;
import dev.zloop.core.loop.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** A server that forgets what it accepts. */
final class Leak {
  static final SocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

  private Leak() {}

  static void accept(EventLoop loop, List<Integer> accepted) {
    Acceptor.Handler handler =
        new Acceptor.Handler() {
          @Override
          public void onAccepted(int fd) {
            accepted.add(fd);
          }

          @Override
          public void onClosed() {}
        };
    try {
      Acceptor.open(loop, ADDRESS, SocketOptions.DEFAULT, handler);
    } catch (NativeIoException e) {
      throw new AssertionError(e);
    }
  }
}
