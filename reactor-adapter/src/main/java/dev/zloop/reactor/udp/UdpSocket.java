package dev.zloop.reactor.udp;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.edge.DatagramSockets;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.DatagramHandler;
import dev.zloop.core.transport.Datagrams;
import dev.zloop.core.transport.ReceivedDatagram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.ContextView;

/**
 * Datagrams as Reactor sees them: what arrives goes to a {@link DatagramReceiver}, and what is sent
 * comes from {@link DatagramSender}s.
 */
final class UdpSocket implements UdpConnection, UdpInbound, DatagramHandler {
  private final UdpConfig config;
  private final Datagrams datagrams;
  private final EventLoop loop;
  private final Optional<InetSocketAddress> remoteAddress;

  /** Where a client was told to connect to; null for a server. */
  private final SocketAddress target;

  private final DatagramReceiver receiver = new DatagramReceiver(this);
  private final Sinks.Empty<Void> end = Sinks.unsafe().empty();

  /** Set on the loop before anybody else has this; then not changed. */
  private InetSocketAddress localAddress;

  private volatile boolean disposed;

  /** Set like {@link #localAddress}. Counts, or logs. */
  private UdpWatcher watcher = UdpWatcher.NOBODY;

  // The rest belongs to the loop's thread.

  private final List<DatagramSender> senders = new ArrayList<>(2);

  /** Null if no handler governs this socket. */
  private UdpHandling handling;

  UdpSocket(
      UdpConfig config,
      Datagrams datagrams,
      SocketAddress target,
      Optional<InetSocketAddress> remoteAddress) {
    this.config = config;
    this.datagrams = datagrams;
    this.loop = datagrams.loop();
    this.target = target;
    this.remoteAddress = remoteAddress;
  }

  /** Begins the life of a socket that is open: tells the listener, then the handler. */
  void begin(ContextView context) {
    localAddress = DatagramSockets.localAddress(datagrams);
    watcher = config.watcher(this, target);
    watcher.onOpened();
    config.onOpened.accept(this);
    if (config.function != null && !disposed) {
      handling = new UdpHandling(this, config);
      handling.begin(context);
    }
  }

  // ---- threads

  /**
   * Runs at once on the loop, and in a turn to come from elsewhere; not at all once it is closed.
   */
  void runOnLoop(Runnable task) {
    runOnLoop(task, closed -> {});
  }

  void runOnLoop(Runnable task, Consumer<RejectedExecutionException> refused) {
    if (loop.inLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException closed) {
      refused.accept(closed);
    }
  }

  // ---- what receivers and senders use, on the loop

  Datagrams datagrams() {
    return datagrams;
  }

  UdpWatcher watcher() {
    return watcher;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  /** Takes a sender in, unless nothing can be sent any more. */
  boolean add(DatagramSender sender) {
    if (!datagrams.isOpen()) {
      sender.fail(closedException(null));
      return false;
    }
    senders.add(sender);
    return true;
  }

  void remove(DatagramSender sender) {
    senders.remove(sender);
  }

  IOException closedException(Throwable cause) {
    String why = cause == null ? "" : ": " + cause.getMessage();
    return new IOException(this + " is disposed" + why, cause);
  }

  // ---- from the datagrams

  @Override
  public void onReceived(ReceivedDatagram datagram) {
    receiver.emit(datagram);
  }

  @Override
  public void onSent(Object owner, IOException failure) {
    try {
      if (failure instanceof NativeIoException error) {
        onError(((OutgoingDatagram) owner).recipient(), error);
      }
    } finally {
      ((OutgoingDatagram) owner).tell(failure);
    }
  }

  @Override
  public void onWritable() {
    List.copyOf(senders).forEach(DatagramSender::requestMore);
  }

  @Override
  public void onError(NativeIoException error) {
    onError(null, error);
  }

  private void onError(InetSocketAddress recipient, NativeIoException error) {
    watcher.onError(recipient, error);
    config.onSocketError.accept(this, error);
  }

  @Override
  public void onClosed(IOException cause) {
    watcher.onClosed(cause);
    disposed = true;
    receiver.end(cause);
    IOException closed = closedException(cause);
    List.copyOf(senders).forEach(sender -> sender.fail(closed));
    if (handling != null) {
      handling.cancel();
    }
    end.tryEmitEmpty();
  }

  // ---- the end

  @Override
  public void dispose() {
    disposed = true;
    runOnLoop(this::closeNow);
  }

  /** On the loop. */
  void closeNow() {
    disposed = true;
    datagrams.close();
  }

  @Override
  public boolean isDisposed() {
    return disposed;
  }

  @Override
  public Mono<Void> onDispose() {
    return end.asMono();
  }

  // ---- the public sides

  @Override
  public UdpInbound inbound() {
    return this;
  }

  @Override
  public UdpOutbound outbound() {
    return new UdpSends(this, null);
  }

  @Override
  public DatagramFlux receive() {
    return new DatagramFlux(receiver);
  }

  @Override
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public Optional<InetSocketAddress> remoteAddress() {
    return remoteAddress;
  }

  @Override
  public Mono<Long> dropped() {
    return Mono.create(sink ->
        runOnLoop(
            () -> sink.success(datagrams.dropped()),
            closed -> sink.error(closedException(closed))));
  }

  @Override
  public Mono<Void> join(InetAddress group) {
    return change(() -> DatagramSockets.join(datagrams, group, Optional.empty()));
  }

  @Override
  public Mono<Void> join(InetAddress group, NetworkInterface on) {
    return change(() -> DatagramSockets.join(datagrams, group, Optional.of(on)));
  }

  @Override
  public Mono<Void> leave(InetAddress group) {
    return change(() -> DatagramSockets.leave(datagrams, group, Optional.empty()));
  }

  @Override
  public Mono<Void> leave(InetAddress group, NetworkInterface on) {
    return change(() -> DatagramSockets.leave(datagrams, group, Optional.of(on)));
  }

  private interface Change {
    void make() throws IOException;
  }

  private Mono<Void> change(Change change) {
    return Mono.create(sink ->
        runOnLoop(
            () -> {
              try {
                if (!datagrams.isOpen()) {
                  throw closedException(null);
                }
                change.make();
                sink.success();
              } catch (IOException | RuntimeException refused) {
                sink.error(refused);
              }
            },
            closed -> sink.error(closedException(closed))));
  }

  @Override
  public UdpInbound withConnection(Consumer<? super UdpConnection> consumer) {
    consumer.accept(this);
    return this;
  }

  @Override
  public String toString() {
    return "UDP socket " + localAddress + remoteAddress.map(address -> " - " + address).orElse("");
  }
}
