package dev.zloop.benchmarks;

import dev.zloop.core.SocketOptions;
import dev.zloop.core.edge.Connector;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.StreamIo;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportOptions;
import dev.zloop.reactor.pipeline.Tls.Peer;
import dev.zloop.reactor.pipeline.TlsClientSettings;
import dev.zloop.reactor.pipeline.TlsHandshake;
import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.stream.ByteStreamUser;
import dev.zloop.reactor.stream.TransportStream;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
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
  private final dev.zloop.reactor.pipeline.Tls tls;
  private final ByteBuf payload;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Messages that came back whole. Written by the loop's thread. */
  private volatile long messages;

  private volatile Throwable failure;
  private boolean stopping;
  private int alive;

  /**
   * @param context to speak TLS with, or null
   */
  Load(EventLoop loop, SocketAddress server, Workload workload, SslContext context) {
    this.loop = loop;
    this.server = server;
    this.workload = workload;
    this.tls =
        context == null
            ? null
            : TlsClientSettings.of(spec -> spec.sslContext(context).verifyHostname(false));
    this.payload =
        Unpooled.unreleasableBuffer(
            Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(workload.bytes())));
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

  private final class Client implements Connector.Callback, ByteStreamUser, TlsHandshake.Callback {
    private ByteStream stream;
    private int received;

    void connect() {
      SocketOptions options = SocketOptions.DEFAULT;
      Connector.connect(loop, server, null, options, CONNECT_TIMEOUT, this);
    }

    @Override
    public void onConnected(StreamIo connected) {
      TransportStream[] socket = new TransportStream[1];
      Transport.adopt(
          loop,
          connected,
          TransportOptions.DEFAULT,
          transport -> socket[0] = new TransportStream(transport));
      socket[0].use(this);
      stream = socket[0];
      if (tls == null) {
        begin();
      } else {
        Peer peer = new Peer("localhost", ((InetSocketAddress) server).getPort());
        TlsHandshake handshake = new TlsHandshake(socket[0], 0, tls, peer, this);
        socket[0].use(handshake.stream());
        stream = handshake.stream();
        handshake.begin(this);
      }
    }

    @Override
    public void onSecured(TlsSession session) {
      begin();
    }

    private void begin() {
      stream.startReading();
      send();
    }

    private void send() {
      received = 0;
      stream.write(payload.duplicate());
      stream.flush();
    }

    @Override
    public void onReceived(ByteBuf buffer) {
      received += buffer.readableBytes();
      buffer.release();
      if (received < workload.bytes()) {
        return;
      }
      messages = messages + 1;
      if (stopping || workload.reconnects()) {
        stream.abort(null);
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
    public void onFailed(TlsException cause) {
      fail(cause); // and the end follows
    }

    @Override
    public void onInputEnd(IOException failed) {
      stream.abort(new IOException("the server ended a connection", failed));
    }

    @Override
    public boolean onBroken(IOException cause) {
      return false;
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
    public void onSent() {}

    @Override
    public void onWritable() {}
  }
}
