package dev.zloop.benchmarks;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.edge.Connector;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportHandler;
import dev.zloop.core.transport.TransportOptions;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The clients of one workload, on one loop. Its connections end by a reset: no port lingers. */
final class Load {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final EventLoop loop;
  private final SocketAddress server;
  private final Workload workload;
  private final ByteBuffer payload;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Messages that came back whole. Written by the loop's thread. */
  private volatile long messages;

  private volatile Throwable failure;
  private boolean stopping;
  private int alive;

  Load(EventLoop loop, SocketAddress server, Workload workload) {
    this.loop = loop;
    this.server = server;
    this.workload = workload;
    this.payload = ByteBuffer.allocateDirect(workload.bytes());
  }

  void start() {
    loop.execute(() -> {
      alive = workload.connections();
      for (int i = 0; i < workload.connections(); i++) {
        new Client().connect();
      }
    });
  }

  /** Messages so far; throws if a connection failed. */
  long messages() {
    if (failure != null) {
      throw new IllegalStateException("the load on " + server + " failed", failure);
    }
    return messages;
  }

  /** Ends all connections, and returns when they have ended. */
  void stop() {
    loop.execute(() -> stopping = true);
    ended.join();
  }

  private void onClientEnded() {
    if (--alive == 0) {
      ended.complete(null);
    }
  }

  private final class Client implements Connector.Callback, TransportHandler {
    private Transport transport;
    private int received;

    void connect() {
      SocketOptions options = SocketOptions.DEFAULT;
      Connector.connect(loop, server, null, options, CONNECT_TIMEOUT, this);
    }

    @Override
    public void onConnected(StreamIo stream) {
      Transport.adopt(loop, stream, TransportOptions.DEFAULT, this::on);
      transport.startReading();
      send();
    }

    private TransportHandler on(Transport connected) {
      transport = connected;
      return this;
    }

    private void send() {
      received = 0;
      transport.write(payload, null);
      transport.flush();
    }

    @Override
    public void onReceived(Lease lease) {
      received += lease.length();
      lease.release();
      if (received < workload.bytes()) {
        return;
      }
      messages = messages + 1;
      if (stopping || workload.reconnects()) {
        transport.abort();
      } else {
        send();
      }
    }

    @Override
    public void onFailed(IOException cause) {
      fail(cause);
      onClientEnded();
    }

    @Override
    public void onInputEnd() {
      transport.abort(new IOException("the server ended a connection"));
    }

    @Override
    public void onBroken(NativeIoException cause) {
      transport.abort();
    }

    @Override
    public void onClosed(IOException cause) {
      if (cause != null) {
        fail(cause);
      }
      if (cause == null && workload.reconnects() && !stopping) {
        connect();
      } else {
        onClientEnded();
      }
    }

    private void fail(IOException cause) {
      failure = cause;
    }

    @Override
    public void onReleased(Object owner) {}

    @Override
    public void onWritable() {}
  }
}
