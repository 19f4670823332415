package dev.zloop.reactor.udp;

import dev.zloop.core.DatagramOptions;
import dev.zloop.core.NativeIoException;
import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.observation.Metering;
import dev.zloop.reactor.observation.WireLog;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;

/** What a server or a client is configured with. Filled in when it is made, and then left alone. */
final class UdpConfig implements Cloneable {
  static {
    // Netty reads a file as its buffers are loaded: now, before a loop needs them.
    Objects.requireNonNull(ByteBufAllocator.DEFAULT);
  }

  String host;
  int port;

  /** Instead of host and port; or null. */
  Supplier<? extends SocketAddress> address;

  /** Where a client sends from; null for the kernel's choice. */
  Supplier<? extends SocketAddress> localAddress;

  Supplier<ZLoopGroup> loops = Schedulers::sharedZLoopGroup;
  DatagramOptions options = DatagramOptions.DEFAULT;

  /** What counts. */
  Metering metering = Metering.OFF;

  /** Logs what sockets receive and send; or null. */
  WireLog wiretap;

  Consumer<? super UdpConnection> onOpened = connection -> {};
  BiConsumer<? super UdpConnection, ? super Throwable> onError = UdpHandling::log;
  BiConsumer<? super UdpConnection, ? super NativeIoException> onSocketError =
      UdpHandling::logSocketError;

  /** Or null: sockets without a handler. */
  BiFunction<? super UdpInbound, ? super UdpOutbound, ? extends Publisher<Void>> function;

  UdpConfig with(Consumer<UdpConfig> change) {
    try {
      UdpConfig copy = (UdpConfig) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  SocketAddress serverAddress() {
    if (address != null) {
      return Objects.requireNonNull(address.get(), "bindAddress supplied null");
    }
    return host == null
        ? new InetSocketAddress(port)
        : InetSocketAddress.createUnresolved(host, port);
  }

  SocketAddress remoteAddress() {
    if (address != null) {
      return Objects.requireNonNull(address.get(), "remoteAddress supplied null");
    }
    if (port == 0) {
      throw new IllegalArgumentException("no port to send to was set: port(1 to 65535)");
    }
    return InetSocketAddress.createUnresolved(host == null ? "localhost" : host, port);
  }

  /**
   * Who looks on at a socket.
   *
   * @param target of a client, where it connects to; else null
   */
  UdpWatcher watcher(UdpConnection socket, SocketAddress target) {
    List<UdpWatcher> watchers = new ArrayList<>(2);
    if (metering.recorder() != null) {
      watchers.add(new UdpMeter(metering.recorder(), socket.localAddress(), target));
    }
    if (wiretap != null) {
      InetSocketAddress remote = socket.remoteAddress().orElse(null);
      watchers.add(new UdpTap(wiretap.lines(socket.localAddress(), remote), remote != null));
    }
    return switch (watchers.size()) {
      case 0 -> UdpWatcher.NOBODY;
      case 1 -> watchers.getFirst();
      default -> new UdpWatcher.Several(watchers);
    };
  }

  /** For who waits: a loop that nobody runs would let them wait in vain. */
  void checkLoopsAreDriven() {
    for (ZLoop loop : loops.get().loops()) {
      if (!((EventLoop) loop).isDriven()) {
        throw new IllegalStateException(
            "loop " + loop.name() + " was not started, so that nothing happens on it: start() it");
      }
    }
  }

  static int checkPort(int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port is " + port + ", expected 0 to 65535");
    }
    return port;
  }
}
