package dev.zloop.reactor.tcp;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.pipeline.Tls;
import dev.zloop.reactor.pipeline.TlsClientSettings;
import dev.zloop.reactor.pipeline.TlsHandshake;
import dev.zloop.reactor.pipeline.TlsServerSettings;
import dev.zloop.reactor.proxy.ProxyHeader;
import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.stream.ByteStreamUser;
import dev.zloop.reactor.stream.FileLease;
import dev.zloop.reactor.stream.TransportStream;
import dev.zloop.reactor.tls.TlsClientSpec;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsServerSpec;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/**
 * A stream as Reactor sees it: what arrives goes to one {@link ReceiveFlux}, and what is sent comes
 * from {@link Sending}s. Who decides on its end is the {@link Handling}, if there is one.
 */
final class TcpConnection implements Connection, Inbound, ByteStreamUser {
  private final EventLoop loop;
  private final SocketAddress localAddress;

  /** Where a client wanted to connect to. */
  private final Tls.Peer peer;

  /** Set on the loop, before anybody else has this connection; then not changed. */
  private SocketAddress remoteAddress;

  /** As {@link #remoteAddress}; null if no proxy has said anything. */
  private ProxyHeader proxyHeader;

  private final ReceiveFlux receiver = new ReceiveFlux(this);
  private final Sinks.Empty<Void> end = Sinks.unsafe().empty();

  private volatile boolean disposed;
  private volatile TlsSession tlsSession;

  // The rest belongs to the loop's thread.

  /** The socket's bytes; or what is secure on top of them. */
  private ByteStream stream;

  private final List<Sending> senders = new ArrayList<>(2);

  /** Bytes ever written to the stream, whether sent, queued or dropped. */
  private long writtenBytes;

  /** Null if no handler governs this connection. */
  private Handling handling;

  private boolean inputEnded;

  /** Why nothing can be sent any more, or null. */
  private IOException outputFailure;

  /** On a socket's stream, whose transport is open. */
  TcpConnection(TransportStream socket, Tls.Peer peer) {
    this.loop = socket.loop();
    this.peer = peer;
    this.stream = socket;
    socket.learnAddresses();
    socket.use(this);
    this.localAddress = socket.localAddress();
    this.remoteAddress = socket.remoteAddress();
  }

  /** What a proxy in front says of this connection, before it begins. */
  void announce(ProxyHeader header) {
    proxyHeader = header;
    remoteAddress = header.sourceAddress();
  }

  /**
   * Begins the life of a connection that is open, and secure if it is to be: tells the listener,
   * then the handler.
   *
   * @param failed hears of a listener that throws; the connection is aborted then
   * @return whether it has begun
   */
  boolean begin(
      Consumer<? super Connection> listener, Handler handler, Consumer<Throwable> failed) {
    try {
      listener.accept(this);
    } catch (Throwable error) {
      abortNow(new IOException("the listener of " + this + " failed", error));
      failed.accept(error);
      return false;
    }
    if (handler != null && !disposed) {
      handling = new Handling(this);
      handling.begin(handler);
    }
    return true;
  }

  // ---- TLS

  /**
   * On the loop: from here on the bytes are those within TLS. What was written before goes out as
   * it is; what arrives from now on is the peer's side of the handshake.
   */
  void secure(Tls tls, TlsHandshake.Callback callback) {
    TlsHandshake handshake =
        new TlsHandshake(
            stream,
            writtenBytes,
            tls,
            peer,
            new TlsHandshake.Callback() {
              @Override
              public void onSecured(TlsSession session) {
                tlsSession = session;
                callback.onSecured(session);
              }

              @Override
              public void onFailed(TlsException cause) {
                callback.onFailed(cause);
              }
            });
    ((TransportStream) stream).use(handshake.stream());
    stream = handshake.stream();
    handshake.begin(this);
    receiver.serve();
  }

  @Override
  public Optional<TlsSession> tlsSession() {
    return Optional.ofNullable(tlsSession);
  }

  @Override
  public Mono<TlsSession> startTlsAsClient(Consumer<? super TlsClientSpec> spec) {
    return startTls(TlsClientSettings.of(spec));
  }

  @Override
  public Mono<TlsSession> startTlsAsServer(Consumer<? super TlsServerSpec> spec) {
    return startTls(TlsServerSettings.of(spec));
  }

  private Mono<TlsSession> startTls(Tls tls) {
    return Mono.create(sink ->
        runOnLoop(() -> startTlsNow(tls, sink), closed -> sink.error(closedException(closed))));
  }

  private void startTlsNow(Tls tls, MonoSink<TlsSession> sink) {
    if (disposed) {
      sink.error(closedException(null));
    } else if (!(stream instanceof TransportStream)) {
      sink.error(new IllegalStateException(this + " speaks TLS already, or is about to"));
    } else if (!senders.isEmpty()) {
      sink.error(
          new IllegalStateException(
              "something is being sent on " + this + ": startTls once that is complete"));
    } else {
      secure(
          tls,
          new TlsHandshake.Callback() {
            @Override
            public void onSecured(TlsSession session) {
              sink.success(session);
            }

            @Override
            public void onFailed(TlsException cause) {
              sink.error(cause);
            }
          });
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

  ByteStream stream() {
    return stream;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  /** Takes a sender in; or fails it, if nothing can be sent any more. */
  boolean add(Sending sender) {
    if (outputFailure != null) {
      sender.fail(outputFailure);
      return false;
    }
    senders.add(sender);
    return true;
  }

  void remove(Sending sender) {
    senders.remove(sender);
    closeIfIdle();
  }

  /** Takes the buffer. */
  void write(ByteBuf buffer) {
    int length = buffer.readableBytes();
    stream.write(buffer);
    writtenBytes += length;
  }

  /** Takes the file. */
  void writeFile(FileLease file, long from, long length) {
    stream.writeFile(file, from, length);
    writtenBytes += length;
  }

  void flush() {
    stream.flush();
  }

  void shutdownOutput() {
    stream.shutdownOutput();
    failSenders(closedException(null));
  }

  /** Where the output stands that was written. */
  long writtenBytes() {
    return writtenBytes;
  }

  /** Where the output stands that the kernel took; what was dropped never gets there. */
  long sentBytes() {
    return stream.sentBytes();
  }

  // ---- from the stream

  @Override
  public void onReceived(ByteBuf buffer) {
    receiver.receive(buffer);
  }

  @Override
  public void onInputEnd(IOException failure) {
    inputEnded = true;
    receiver.end(failure);
    closeIfIdle();
  }

  /**
   * Without a handler nobody else would: the peer has ended, nothing is being sent, and nothing
   * waits to be read. Looked at in a later turn, so that a subscriber who is told of the end can
   * begin to send.
   */
  void closeIfIdle() {
    if (inputEnded && handling == null && senders.isEmpty() && receiver.keptBytes() == 0) {
      loop.defer(() -> {
        if (senders.isEmpty() && receiver.keptBytes() == 0) {
          disposed = true;
          stream.close();
        }
      });
    }
  }

  @Override
  public void onSent() {
    forEachSender(Sending::completeIfSent);
  }

  @Override
  public void onWritable() {
    forEachSender(Sending::requestMore);
  }

  @Override
  public boolean onBroken(IOException cause) {
    failSenders(cause instanceof TlsException ? cause : closedException(cause));
    return receiver.isAwaited();
  }

  @Override
  public void onClosed(IOException cause) {
    disposed = true;
    receiver.onClosed(cause);
    failSenders(closedException(cause));
    if (handling != null) {
      handling.cancel();
    }
    end.tryEmitEmpty();
  }

  private void forEachSender(Consumer<Sending> action) {
    List.copyOf(senders).forEach(action);
  }

  private void failSenders(IOException cause) {
    if (outputFailure == null) {
      outputFailure = cause;
    }
    forEachSender(sender -> sender.fail(cause));
  }

  IOException closedException(Throwable cause) {
    return new ConnectionClosedException(
        this + " has ended" + (cause == null ? "" : ": " + cause.getMessage()), cause);
  }

  // ---- the end

  @Override
  public void dispose() {
    disposed = true;
    runOnLoop(this::closeNow);
  }

  /** On the loop: what was sent before is flushed, what is being sent fails. */
  void closeNow() {
    disposed = true;
    if (handling != null) {
      handling.cancel();
    }
    stream.close();
    receiver.close();
    failSenders(closedException(null));
  }

  @Override
  public void abort() {
    runOnLoop(() -> abortNow(null));
  }

  /** On the loop. */
  void abortNow(IOException cause) {
    disposed = true;
    stream.abort(cause);
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
  public Inbound inbound() {
    return this;
  }

  @Override
  public Outbound outbound() {
    return new SendSequence(this, null);
  }

  @Override
  public ByteBufFlux receive() {
    return new ByteBufFlux(receiver);
  }

  @Override
  public Inbound withConnection(Consumer<? super Connection> consumer) {
    consumer.accept(this);
    return this;
  }

  @Override
  public SocketAddress address() {
    return remoteAddress;
  }

  @Override
  public Optional<ProxyHeader> proxyHeader() {
    return Optional.ofNullable(proxyHeader);
  }

  @Override
  public SocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public String toString() {
    return "connection " + localAddress + " - " + remoteAddress;
  }
}
