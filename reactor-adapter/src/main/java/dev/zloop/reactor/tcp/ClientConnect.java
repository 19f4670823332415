package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.edge.Cancellable;
import dev.zloop.core.edge.Connector;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.core.transport.Transport;
import dev.zloop.reactor.observation.ConnectMeter;
import dev.zloop.reactor.pipeline.Tls;
import dev.zloop.reactor.pipeline.TlsHandshake;
import dev.zloop.reactor.stream.TransportStream;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** One connect of a client, on its loop. */
final class ClientConnect implements Connector.Callback, TlsHandshake.Callback {
  private final TcpConfig config;
  private final EventLoop loop;
  private final MonoSink<Connection> sink;

  private ConnectMeter meter;
  private Tls.Peer peer;
  private Cancellable connecting;
  private boolean calledOff;
  private TcpConnection connection;

  private ClientConnect(TcpConfig config, EventLoop loop, MonoSink<Connection> sink) {
    this.config = config;
    this.loop = loop;
    this.sink = sink;
  }

  static Mono<Connection> connect(TcpConfig config) {
    return Mono.create(sink -> {
      ZLoopGroup loops = config.loops.get();
      config.metering.loops().accept(loops);
      EventLoop loop = (EventLoop) loops.current().orElseGet(loops::next);
      ClientConnect connect = new ClientConnect(config, loop, sink);
      SocketAddress remote = config.remoteAddress();
      SocketAddress local = config.localAddress == null ? null : config.localAddress.get();
      try {
        loop.execute(() -> connect.begin(remote, local));
        sink.onCancel(connect::callOff);
      } catch (RejectedExecutionException closed) {
        sink.error(closed);
      }
    });
  }

  private void begin(SocketAddress remote, SocketAddress local) {
    if (calledOff) {
      return;
    }
    peer = peerOf(remote);
    meter = new ConnectMeter(config.metering.recorder(), loop, remote);
    try {
      connecting =
          Connector.connect(
              loop,
              remote,
              local,
              config.settings.socket(),
              config.settings.connectTimeout(),
              this);
    } catch (RuntimeException unusable) { // an address of a kind that cannot be connected to
      sink.error(unusable);
    }
  }

  private static Tls.Peer peerOf(SocketAddress remote) {
    return remote instanceof InetSocketAddress inet
        ? new Tls.Peer(inet.getHostString(), inet.getPort())
        : Tls.Peer.UNKNOWN;
  }

  @Override
  public void onResolved() {
    meter.onResolved();
  }

  @Override
  public void onConnected(StreamIo stream) {
    TransportStream[] socket = new TransportStream[1];
    Transport.adopt(
        loop,
        stream,
        config.settings.transport(),
        transport -> socket[0] = new TransportStream(transport));
    connection = new TcpConnection(socket[0], peer);
    connection.watch(config.watcher(connection, meter.remote()));
    meter.onConnected();
    if (config.tls == null) {
      tellConnected();
    } else {
      connection.secure(config.tls, this);
    }
  }

  private void tellConnected() {
    if (connection.begin(config, sink.contextView(), sink::error)) {
      sink.success(connection);
    }
  }

  @Override
  public void onSecured(TlsSession session) {
    tellConnected();
  }

  @Override
  public void onFailed(TlsException cause) {
    sink.error(cause);
  }

  @Override
  public void onFailed(IOException cause) {
    meter.onFailed();
    sink.error(cause);
  }

  /** Nobody waits for the connection any more; it may be there already. */
  private void callOff() {
    try {
      loop.execute(this::callOffNow);
    } catch (RejectedExecutionException closed) {
      // the loop has ended all there was
    }
  }

  private void callOffNow() {
    calledOff = true;
    if (connecting != null) {
      connecting.cancel();
    }
    if (connection != null) {
      connection.abortNow(null);
    }
  }
}
