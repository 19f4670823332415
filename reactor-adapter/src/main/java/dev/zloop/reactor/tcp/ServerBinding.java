package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.edge.Acceptor;
import dev.zloop.core.edge.Cancellable;
import dev.zloop.core.edge.Resolver;
import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.util.Logger;
import reactor.util.Loggers;

/** A server from its bind to its end: an acceptor on one loop, and connections on all. */
final class ServerBinding implements DisposableServer, Acceptor.Handler {
  private static final Logger LOG = Loggers.getLogger(TcpServer.class);

  private final TcpConfig config;
  private final ZLoopGroup loops;
  private final EventLoop loop;
  private final Sinks.Empty<Void> end = Sinks.unsafe().empty();

  private volatile boolean disposed;

  /** Set on the loop, before anybody else has this server. */
  private Acceptor acceptor;

  private ServerBinding(TcpConfig config) {
    this.config = config;
    this.loops = config.loops.get();
    this.loop = (EventLoop) loops.next();
  }

  static Mono<DisposableServer> bind(TcpConfig config) {
    return Mono.create(sink -> new ServerBinding(config).resolve(sink));
  }

  private void resolve(MonoSink<DisposableServer> sink) {
    SocketAddress wanted = config.serverAddress();
    try {
      loop.execute(() -> resolveOnLoop(wanted, sink));
    } catch (RejectedExecutionException closed) {
      sink.error(closed);
    }
  }

  private void resolveOnLoop(SocketAddress wanted, MonoSink<DisposableServer> sink) {
    try {
      Cancellable resolving = Resolver.resolve(loop, wanted, new Opening(sink));
      sink.onCancel(() -> callOff(resolving));
    } catch (RuntimeException unusable) { // an address of a kind that cannot be bound
      sink.error(unusable);
    }
  }

  private void callOff(Cancellable resolving) {
    try {
      loop.execute(() -> {
        resolving.cancel();
        close();
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
          acceptor = Acceptor.open(loop, address, config.settings.socket(), ServerBinding.this);
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

    private void tellBound() {
      try {
        config.onBound.accept(ServerBinding.this);
        sink.success(ServerBinding.this);
      } catch (Throwable error) {
        close();
        sink.error(error);
      }
    }

    @Override
    public void onFailed(IOException cause) {
      sink.error(cause);
    }
  }

  // ---- accepting, on the loop

  @Override
  public void onAccepted(int fd) {
    EventLoop home = (EventLoop) loops.next();
    if (home == loop) {
      adopt(loop, fd);
    } else {
      Sockets.handOver(loop, home, fd, accepted -> adopt(home, accepted));
    }
  }

  /** On the connection's loop: takes the descriptor. */
  private void adopt(EventLoop home, int fd) {
    TcpConnection[] connection = new TcpConnection[1];
    try {
      Sockets.configure(home, fd, config.childSettings.socket());
      Transport.open(
          home,
          fd,
          config.childSettings.transport(),
          transport -> connection[0] = new TcpConnection(transport));
    } catch (IOException | RuntimeException e) {
      Sockets.close(home, fd);
      LOG.warn("a connection to {} could not be served", address(), e);
      return;
    }
    connection[0].begin(config.onConnection, config.handler(), home::report);
  }

  // ---- the end

  @Override
  public void dispose() {
    disposed = true;
    try {
      if (loop.inLoop()) {
        close();
      } else {
        loop.execute(this::close);
      }
    } catch (RejectedExecutionException closed) {
      // the loop has closed, or is closing, the acceptor
    }
  }

  private void close() {
    disposed = true;
    if (acceptor != null) {
      acceptor.close();
    }
  }

  @Override
  public void onClosed() {
    disposed = true;
    end.tryEmitEmpty();
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
