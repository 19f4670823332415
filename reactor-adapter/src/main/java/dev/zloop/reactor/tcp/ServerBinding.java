package dev.zloop.reactor.tcp;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.edge.Cancellable;
import dev.zloop.core.edge.GroupAcceptor;
import dev.zloop.core.edge.Resolver;
import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Transport;
import dev.zloop.reactor.pipeline.ProxyHeaderReader;
import dev.zloop.reactor.pipeline.Tls;
import dev.zloop.reactor.pipeline.TlsHandshake;
import dev.zloop.reactor.proxy.ProxyHeader;
import dev.zloop.reactor.proxy.ProxyProtocolException;
import dev.zloop.reactor.proxy.ProxyProtocolSupport;
import dev.zloop.reactor.stream.TransportStream;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsSession;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntConsumer;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.context.ContextView;

/** A server from its bind to its end: accepting, and connections on all loops. */
final class ServerBinding implements DisposableServer, GroupAcceptor.Handler {
  private static final Logger LOG = Loggers.getLogger(TcpServer.class);

  private final TcpConfig config;
  private final ContextView subscriber;
  private final ZLoopGroup loops;
  private final EventLoop loop;
  private final ServerConnections connections;
  private final Refusals refusals;
  private final Sinks.Empty<Void> end = Sinks.unsafe().empty();

  private volatile boolean disposed;

  /** Set on the loop that binds, before anybody else has this server; then not changed. */
  private GroupAcceptor acceptor;

  private ServerBinding(TcpConfig config, ContextView subscriber) {
    this.config = config;
    this.subscriber = subscriber;
    this.loops = config.loops.get();
    this.loop = (EventLoop) loops.next();
    this.connections = new ServerConnections(config.connectionsMax);
    this.refusals = new Refusals(config.connectionsMax, config.onRefused);
    config.metering.loops().accept(loops);
  }

  static Mono<DisposableServer> bind(TcpConfig config) {
    return Mono.create(sink -> new ServerBinding(config, sink.contextView()).resolve(sink));
  }

  private void resolve(MonoSink<DisposableServer> sink) {
    SocketAddress wanted = config.isForEveryAddress() ? null : config.serverAddress();
    try {
      loop.execute(() -> resolveOnLoop(wanted, sink));
    } catch (RejectedExecutionException closed) {
      sink.error(closed);
    }
  }

  private void resolveOnLoop(SocketAddress wanted, MonoSink<DisposableServer> sink) {
    try {
      SocketAddress address = wanted == null ? Sockets.everyAddress(loop, config.port) : wanted;
      Cancellable resolving = Resolver.resolve(loop, address, new Opening(sink));
      sink.onCancel(() -> callOff(resolving));
    } catch (RuntimeException unusable) { // an address of a kind that cannot be bound
      sink.error(unusable);
    }
  }

  private void callOff(Cancellable resolving) {
    try {
      loop.execute(() -> {
        resolving.cancel();
        dispose();
      });
    } catch (RejectedExecutionException closed) {
      // the loop has ended both
    }
  }

  /** Binds to the first of the addresses that the kernel accepts. */
  private final class Opening implements Resolver.Callback {
    private final MonoSink<DisposableServer> sink;

    Opening(MonoSink<DisposableServer> sink) {
      this.sink = sink;
    }

    @Override
    public void onResolved(List<SocketAddress> addresses) {
      Exception failure = null;
      for (SocketAddress address : addresses) {
        try {
          acceptor = open(address);
          tellBound();
          return;
        } catch (IOException | RuntimeException e) {
          if (failure != null) {
            e.addSuppressed(failure);
          }
          failure = e;
        }
      }
      sink.error(failure);
    }

    private GroupAcceptor open(SocketAddress address) throws IOException {
      SocketOptions options = config.settings.socket();
      return config.listenPerLoop
          ? GroupAcceptor.openPerLoop(loop, loops, address, options, ServerBinding.this)
          : GroupAcceptor.open(loop, loops, address, options, ServerBinding.this);
    }

    private void tellBound() {
      try {
        config.onBound.accept(ServerBinding.this);
        sink.success(ServerBinding.this);
      } catch (Throwable error) {
        dispose();
        sink.error(error);
      }
    }

    @Override
    public void onFailed(IOException cause) {
      sink.error(cause);
    }
  }

  // ---- accepting, on the connection's loop

  @Override
  public void onAccepted(EventLoop home, int fd) {
    if (!connections.admit()) {
      refusals.refuse(home, fd);
      return;
    }
    TransportStream[] socket = new TransportStream[1];
    try {
      Sockets.configure(home, fd, config.childSettings.socket());
      Transport.open(
          home,
          fd,
          config.childSettings.transport(),
          transport -> socket[0] = new TransportStream(transport));
    } catch (IOException | RuntimeException e) {
      LOG.warn("a connection to {} could not be served", Sockets.localAddress(home, fd), e);
      Sockets.close(home, fd);
      connections.leave();
      return;
    }
    TcpConnection connection = new TcpConnection(socket[0], Tls.Peer.UNKNOWN);
    connections.add(connection);
    if (config.proxyProtocol == ProxyProtocolSupport.OFF) {
      secureAndBegin(connection);
    } else {
      ProxyHeaderReader.read(
          socket[0],
          connection,
          config.proxyProtocol,
          config.proxyHeaderTimeout,
          new Announcement(connection));
    }
  }

  /** A connection that begins when a proxy has said whose it is. */
  private final class Announcement implements ProxyHeaderReader.Callback {
    private final TcpConnection connection;

    Announcement(TcpConnection connection) {
      this.connection = connection;
    }

    @Override
    public void onHeader(Optional<ProxyHeader> header) {
      if (!connection.isDisposed()) {
        header.ifPresent(connection::announce);
        secureAndBegin(connection);
      }
    }

    @Override
    public void onFailed(ProxyProtocolException cause) {
      if (!connection.isDisposed()) {
        connection.watch(config.watcher(connection, null));
        connection.abortNow(cause);
        Handling.tell(config.onError, connection, cause);
      }
    }
  }

  private void secureAndBegin(TcpConnection connection) {
    connection.watch(config.watcher(connection, null));
    if (config.tls == null) {
      begin(connection);
    } else {
      connection.secure(config.tls, new Handshake(connection));
    }
  }

  private void begin(TcpConnection connection) {
    connection.begin(config, subscriber, connection.loop()::report);
  }

  /** A connection that begins when it is secure. */
  private final class Handshake implements TlsHandshake.Callback {
    private final TcpConnection connection;

    Handshake(TcpConnection connection) {
      this.connection = connection;
    }

    @Override
    public void onSecured(TlsSession session) {
      begin(connection);
    }

    @Override
    public void onFailed(TlsException cause) {
      if (!connection.isDisposed()) { // else this side gave it up, as shutdown does
        Handling.tell(config.onError, connection, cause);
      }
    }
  }

  // ---- the end

  @Override
  public void dispose() {
    disposed = true;
    if (acceptor != null) {
      acceptor.close();
    }
  }

  @Override
  public void onClosed() {
    disposed = true;
    connections.acceptingHasEnded(loops);
    end.tryEmitEmpty();
  }

  @Override
  public Mono<Integer> shutdown(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace is " + grace + ", expected 0 or more");
    }
    ServerShutdown shutdown = new ServerShutdown(connections, loop, grace, config.closeTimeout());
    return Mono.defer(() -> {
      dispose();
      return shutdown.begin();
    });
  }

  @Override
  public void shutdownAtExit(Duration grace, IntConsumer onShutdown) {
    Objects.requireNonNull(onShutdown, "onShutdown");
    Mono<Integer> shutdown = shutdown(grace);
    ExitHook.add(
        toString(), shutdown, grace, config.closeTimeout(), connections.onEnd(), onShutdown);
  }

  @Override
  public int connections() {
    return connections.count();
  }

  @Override
  public long refusedConnections() {
    return refusals.count();
  }

  @Override
  public boolean isDisposed() {
    return disposed;
  }

  @Override
  public Mono<Void> onDispose() {
    return end.asMono();
  }

  @Override
  public SocketAddress address() {
    return acceptor.localAddress();
  }

  @Override
  public String toString() {
    return "server on " + address();
  }
}
