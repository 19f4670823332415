package dev.zloop.core.edge;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportHandler;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.nativereactor.Backend;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A group of loops that echoes, and knows which connection lives where, by the client's port. */
final class GroupServer implements GroupAcceptor.Handler, AutoCloseable {
  final ZLoopGroup group;
  final List<EventLoop> loops;

  /** The loop of each connection that was accepted, by the port of its client. */
  final Map<Integer, EventLoop> homes = new ConcurrentHashMap<>();

  /** Callbacks that ran on another thread than that of the connection's loop. */
  final AtomicInteger strayCallbacks = new AtomicInteger();

  final AtomicInteger callbacks = new AtomicInteger();
  final AtomicInteger timesClosed = new AtomicInteger();
  final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

  GroupAcceptor acceptor;

  GroupServer(Backend backend, int size) {
    group =
        ZLoopGroup.builder()
            .backend(backend)
            .size(size)
            .errorHandler((loop, error) -> errors.add(error))
            .build();
    loops = group.loops().stream().map(EventLoop.class::cast).toList();
  }

  /** One listener, on the first loop. */
  GroupServer listen() throws Exception {
    group.start();
    acceptor = openOnFirst(Addresses.ANY_PORT, false);
    return this;
  }

  GroupServer listenPerLoop() throws Exception {
    group.start();
    acceptor = openOnFirst(Addresses.ANY_PORT, true);
    return this;
  }

  GroupAcceptor openOnFirst(SocketAddress address, boolean perLoop) throws Exception {
    EventLoop first = loops.getFirst();
    var opened = new CompletableFuture<GroupAcceptor>();
    first.execute(() -> {
      try {
        opened.complete(
            perLoop
                ? GroupAcceptor.openPerLoop(first, group, address, SocketOptions.DEFAULT, this)
                : GroupAcceptor.open(first, group, address, SocketOptions.DEFAULT, this));
      } catch (Throwable e) {
        opened.completeExceptionally(e);
      }
    });
    return Waiting.the(opened);
  }

  SocketAddress address() {
    return acceptor.localAddress();
  }

  List<Integer> connectionsPerLoop() {
    return loops.stream().map(ZLoop::connections).toList();
  }

  void awaitConnectionsPerLoop(List<Integer> expected) {
    Waiting.until(() -> connectionsPerLoop().equals(expected));
  }

  void closeAlone(EventLoop loop) {
    loop.close();
    loop.onClosed().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  @Override
  public void onAccepted(EventLoop home, int fd) {
    note(home);
    SocketAddress client = Sockets.remoteAddress(home, fd);
    try {
      Transport.open(home, fd, TransportOptions.DEFAULT, Echo::new).startReading();
    } catch (NativeIoException e) {
      throw new AssertionError(e);
    }
    homes.put(Addresses.port(client), home);
  }

  private void note(EventLoop home) {
    callbacks.incrementAndGet();
    if (!home.inLoop()) {
      strayCallbacks.incrementAndGet();
    }
  }

  @Override
  public void onClosed() {
    timesClosed.incrementAndGet();
  }

  @Override
  public void close() {
    group.close();
    group.onClosed().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    if (!errors.isEmpty()) {
      throw new AssertionError("an error that the test did not expect", errors.peek());
    }
  }

  private final class Echo implements TransportHandler {
    private final Transport transport;

    Echo(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void onReceived(Lease lease) {
      note(transport.loop());
      transport.write(lease.address(), lease.length(), lease);
      transport.flush();
    }

    @Override
    public void onInputEnd() {
      note(transport.loop());
      transport.close();
    }

    @Override
    public void onWritable() {
      note(transport.loop());
    }

    @Override
    public void onReleased(Object owner) {
      note(transport.loop());
      ((Lease) owner).release();
    }

    @Override
    public void onBroken(NativeIoException cause) {
      transport.abort();
    }

    @Override
    public void onClosed(IOException cause) {
      note(transport.loop());
    }
  }
}
