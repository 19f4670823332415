package dev.zloop.core.edge;

import static dev.zloop.nativereactor.sys.SocketConstants.AF_INET6;
import static dev.zloop.nativereactor.sys.SocketConstants.AF_UNIX;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_IPV6;
import static dev.zloop.nativereactor.sys.SocketConstants.IPPROTO_TCP;
import static dev.zloop.nativereactor.sys.SocketConstants.IPV6_V6ONLY;
import static dev.zloop.nativereactor.sys.SocketConstants.SOL_SOCKET;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_KEEPALIVE;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_LINGER;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_RCVBUF;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_REUSEADDR;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_REUSEPORT;
import static dev.zloop.nativereactor.sys.SocketConstants.SO_SNDBUF;
import static dev.zloop.nativereactor.sys.SocketConstants.TCP_KEEPCNT;
import static dev.zloop.nativereactor.sys.SocketConstants.TCP_KEEPIDLE;
import static dev.zloop.nativereactor.sys.SocketConstants.TCP_KEEPINTVL;
import static dev.zloop.nativereactor.sys.SocketConstants.TCP_NODELAY;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;

/** {@link SocketOptions} onto a socket, by setsockopt(2). */
final class OptionWriter {
  private OptionWriter() {}

  /** The options of a listener, before it is bound. */
  static void writeListener(SocketOptions options, RawSocket socket) throws NativeIoException {
    // Before listen(2): a connection's window scale is settled by its handshake. tcp(7)
    writeBuffers(options, socket);
    int family = socket.family();
    if (family == AF_UNIX) {
      return;
    }
    socket.set(SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR", asInt(options.reuseAddress()));
    if (options.reusePort()) {
      socket.set(SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT", 1);
    }
    if (family == AF_INET6) {
      // In either case: the default is the system's, net.ipv6.bindv6only.
      socket.set(IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY", asInt(options.v6Only()));
    }
  }

  /** The options of a connection, whether it is accepted already or is not connected yet. */
  static void writeConnection(SocketOptions options, RawSocket socket) throws NativeIoException {
    writeBuffers(options, socket);
    if (socket.isUnix()) {
      return;
    }
    socket.set(IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY", asInt(options.noDelay()));
    if (options.keepAlive().isPresent()) {
      writeKeepAlive(options.keepAlive().get(), socket);
    }
    if (options.linger().isPresent()) {
      int seconds = (int) options.linger().get().toSeconds();
      socket.setLinger(SOL_SOCKET, SO_LINGER, "SO_LINGER", seconds);
    }
  }

  private static void writeBuffers(SocketOptions options, RawSocket socket)
      throws NativeIoException {
    if (options.receiveBufferBytes() > 0) {
      socket.set(SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF", options.receiveBufferBytes());
    }
    if (options.sendBufferBytes() > 0) {
      socket.set(SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF", options.sendBufferBytes());
    }
  }

  private static void writeKeepAlive(SocketOptions.KeepAlive keepAlive, RawSocket socket)
      throws NativeIoException {
    int idleSeconds = (int) keepAlive.idle().toSeconds();
    int intervalSeconds = (int) keepAlive.interval().toSeconds();
    socket.set(IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE", idleSeconds);
    socket.set(IPPROTO_TCP, TCP_KEEPINTVL, "TCP_KEEPINTVL", intervalSeconds);
    socket.set(IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT", keepAlive.count());
    socket.set(SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE", 1);
  }

  private static int asInt(boolean on) {
    return on ? 1 : 0;
  }
}
