package dev.zloop.simulation.kernel;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Who has which address. */
final class Network {
  private static final int PORT_MIN = 32_768;
  private static final int PORT_MAX = 60_999;

  private final Kernel kernel;
  private final List<Socket> bound = new ArrayList<>();

  /** The files of Unix sockets. */
  private final Set<SocketAddress> paths = new HashSet<>();

  private int nextPort = PORT_MIN;

  Network(Kernel kernel) {
    this.kernel = kernel;
  }

  int freePort() {
    do {
      nextPort = nextPort == PORT_MAX ? PORT_MIN : nextPort + 1;
    } while (isPortBound(nextPort));
    return nextPort;
  }

  private boolean isPortBound(int port) {
    for (Socket socket : bound) {
      if (Endpoint.port(socket.local()) == port) {
        return true;
      }
    }
    return false;
  }

  boolean isBound(SocketAddress address, boolean sharing) {
    if (Endpoint.isUnix(address) && paths.contains(address)) {
      return true;
    }
    for (Socket socket : bound) {
      if (Endpoint.serves(socket.local(), socket.settings.isV6Only(), address)
          && !(sharing && socket.settings.sharesPort())) {
        return true;
      }
    }
    return false;
  }

  void onBound(Socket socket) {
    if (socket.local() instanceof InetSocketAddress) {
      bound.add(socket);
    } else if (!socket.local().equals(Endpoint.unnamed())) {
      bound.add(socket);
      paths.add(socket.local());
    }
  }

  /** The listener that a connection to an address goes to, one of several by chance; or null. */
  Socket findListener(SocketAddress address) {
    Socket found = null;
    int candidates = 0;
    for (Socket socket : bound) {
      if (socket.isListening()
          && Endpoint.serves(socket.local(), socket.settings.isV6Only(), address)
          && (candidates++ == 0 || kernel.dice.onceIn(candidates))) {
        found = socket;
      }
    }
    return found;
  }

  /** Removes the file of a Unix path. */
  void unlink(SocketAddress path) {
    paths.remove(path);
  }

  void onClosed(Socket socket) {
    if (bound.remove(socket)) {
      paths.remove(socket.local()); // as a server that ends in order does with its file
    }
  }
}
