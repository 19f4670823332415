package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.observation.Metering;
import dev.zloop.reactor.observation.WireLog;
import dev.zloop.reactor.pipeline.Tls;
import dev.zloop.reactor.proxy.ProxyProtocolSupport;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;

/** What a server or a client is configured with. Filled in when it is made, and then left alone. */
final class TcpConfig implements Cloneable {
  static {
    // Netty reads a file as its buffers are loaded: now, before a loop needs them.
    Objects.requireNonNull(ByteBufAllocator.DEFAULT);
  }

  String host;
  int port;

  /** Instead of host and port; or null. */
  Supplier<? extends SocketAddress> address;

  /** Where a client connects from; null for the kernel's choice. */
  Supplier<? extends SocketAddress> localAddress;

  Supplier<ZLoopGroup> loops = Schedulers::sharedZLoopGroup;

  /** Whether each loop of a server has a listening socket of its own. */
  boolean listenPerLoop;

  /** How many connections a server has at the most. */
  int connectionsMax = Integer.MAX_VALUE;

  /** Of the listening socket, or of a client's connections. */
  Settings settings = Settings.DEFAULT;

  /** Of a server's connections. */
  Settings childSettings = Settings.DEFAULT;

  /** Whether a connection goes on when the peer has ended its output. */
  boolean halfClosureAllowed = true;

  IdleTimeouts idle = IdleTimeouts.NONE;

  /** What counts. */
  Metering metering = Metering.OFF;

  /** Logs what connections receive and send; or null. */
  WireLog wiretap;

  /** How connections speak TLS, from their beginning; or null. */
  Tls tls;

  /** Whether a server's connections begin with a PROXY header, and how long that may take. */
  ProxyProtocolSupport proxyProtocol = ProxyProtocolSupport.OFF;

  Duration proxyHeaderTimeout = Duration.ofSeconds(10);

  Consumer<? super Connection> onConnection = connection -> {};
  Consumer<? super DisposableServer> onBound = server -> {};
  Consumer<? super SocketAddress> onRefused = peer -> {};
  BiConsumer<? super Connection, ? super Throwable> onError = Handling::log;

  /** Or null: connections without a handler. */
  BiFunction<? super Inbound, ? super Outbound, ? extends Publisher<Void>> function;

  TcpConfig with(Consumer<TcpConfig> change) {
    try {
      TcpConfig copy = (TcpConfig) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether a server is to have every address of its machine. */
  boolean isForEveryAddress() {
    return address == null && host == null;
  }

  SocketAddress serverAddress() {
    if (address != null) {
      return Objects.requireNonNull(address.get(), "bindAddress supplied null");
    }
    return InetSocketAddress.createUnresolved(host, port);
  }

  SocketAddress remoteAddress() {
    if (address != null) {
      return Objects.requireNonNull(address.get(), "remoteAddress supplied null");
    }
    if (port == 0) {
      throw new IllegalArgumentException("no port to connect to was set: port(1 to 65535)");
    }
    return InetSocketAddress.createUnresolved(host == null ? "localhost" : host, port);
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

  /** How long a connection of a server may take to close gracefully. */
  Duration closeTimeout() {
    return tls == null || tls.closeNotifyTimeout() == null
        ? childSettings.transport().closeTimeout()
        : tls.closeNotifyTimeout();
  }

  /**
   * Who looks on at a connection.
   *
   * @param target of a client, where it connects to; else null
   */
  ConnectionWatcher watcher(TcpConnection connection, SocketAddress target) {
    if (metering.recorder() == null && wiretap == null) {
      return ConnectionWatcher.NOBODY;
    }
    List<ConnectionWatcher> watchers = new ArrayList<>(2);
    if (metering.recorder() != null) {
      boolean onServer = target == null;
      SocketAddress remote = onServer ? connection.address() : target;
      watchers.add(new ConnectionMeter(metering.recorder(), connection, onServer, remote));
    }
    if (wiretap != null) {
      watchers.add(new Wiretap(wiretap.lines(connection.localAddress(), connection.address())));
    }
    return watchers.size() == 1 ? watchers.getFirst() : new ConnectionWatcher.Several(watchers);
  }

  Handler handler() {
    return function == null ? null : new Handler(function, onError);
  }

  static int checkPort(int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port is " + port + ", expected 0 to 65535");
    }
    return port;
  }
}
