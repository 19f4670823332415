package dev.zloop.reactor.udp;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.edge.Cancellable;
import dev.zloop.core.edge.DatagramSockets;
import dev.zloop.core.edge.Resolver;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.DatagramHandler;
import dev.zloop.core.transport.Datagrams;
import dev.zloop.reactor.observation.ConnectMeter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** One bind or connect, on its loop: of the first address that the kernel accepts. */
final class UdpOpening implements Resolver.Callback {

  /** Makes datagrams of an address. */
  private interface Way {
    Datagrams open(SocketAddress address, Function<Datagrams, DatagramHandler> handlers)
        throws NativeIoException;
  }

  private final UdpConfig config;
  private final EventLoop loop;
  private final boolean connected;
  private final Way way;
  private final MonoSink<UdpConnection> sink;

  /** Of a client. */
  private ConnectMeter meter;

  private Cancellable resolving;
  private UdpSocket socket;
  private boolean calledOff;

  private UdpOpening(
      UdpConfig config, EventLoop loop, boolean connected, Way way, MonoSink<UdpConnection> sink) {
    this.config = config;
    this.loop = loop;
    this.connected = connected;
    this.way = way;
    this.sink = sink;
  }

  static Mono<UdpConnection> bind(UdpConfig config) {
    return Mono.create(sink -> {
      SocketAddress wanted = config.serverAddress();
      ZLoopGroup loops = config.loops.get();
      config.metering.loops().accept(loops);
      EventLoop loop = (EventLoop) loops.next();
      Way way =
          (address, handlers) -> DatagramSockets.bind(loop, address, config.options, handlers);
      new UdpOpening(config, loop, false, way, sink).begin(wanted);
    });
  }

  static Mono<UdpConnection> connect(UdpConfig config) {
    return Mono.create(sink -> {
      SocketAddress remote = config.remoteAddress();
      ZLoopGroup loops = config.loops.get();
      config.metering.loops().accept(loops);
      EventLoop loop = (EventLoop) loops.current().orElseGet(loops::next);
      Optional<SocketAddress> local =
          Optional.ofNullable(config.localAddress).map(supplier -> supplier.get());
      Way way =
          (address, handlers) ->
              DatagramSockets.connect(loop, address, local, config.options, handlers);
      new UdpOpening(config, loop, true, way, sink).begin(remote);
    });
  }

  private void begin(SocketAddress address) {
    try {
      loop.execute(() -> resolve(address));
      sink.onCancel(this::callOff);
    } catch (RejectedExecutionException closed) {
      sink.error(closed);
    }
  }

  private void resolve(SocketAddress address) {
    if (calledOff) {
      return;
    }
    meter = new ConnectMeter(connected ? config.metering.recorder() : null, loop, address);
    try {
      resolving = Resolver.resolve(loop, address, this);
    } catch (RuntimeException unusable) { // an address of a kind that UDP does not have
      sink.error(unusable);
    }
  }

  @Override
  public void onResolved(List<SocketAddress> addresses) {
    meter.onResolved();
    Exception failure = null;
    for (SocketAddress address : addresses) {
      try {
        open(address);
        meter.onConnected();
        tell();
        return;
      } catch (IOException | RuntimeException e) {
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
      }
    }
    meter.onFailed();
    sink.error(failure);
  }

  private void open(SocketAddress address) throws IOException {
    Optional<InetSocketAddress> remote =
        connected ? Optional.of((InetSocketAddress) address) : Optional.empty();
    UdpSocket[] made = new UdpSocket[1];
    SocketAddress target = connected ? meter.remote() : null;
    way.open(address, datagrams -> made[0] = new UdpSocket(config, datagrams, target, remote));
    socket = made[0];
  }

  private void tell() {
    try {
      socket.begin(sink.contextView());
    } catch (Throwable error) {
      socket.dispose();
      sink.error(error);
      return;
    }
    sink.success(socket);
  }

  @Override
  public void onFailed(IOException cause) {
    meter.onFailed();
    sink.error(cause);
  }

  /** Nobody waits for the socket any more; it may be there already. */
  private void callOff() {
    try {
      loop.execute(() -> {
        calledOff = true;
        if (resolving != null) {
          resolving.cancel();
        }
        if (socket != null) {
          socket.dispose();
        }
      });
    } catch (RejectedExecutionException closed) {
      // the loop has ended both
    }
  }
}
