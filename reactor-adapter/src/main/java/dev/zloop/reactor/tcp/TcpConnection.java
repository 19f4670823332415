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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

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

  private final IdleWatch idle = new IdleWatch(this);

  private ContextView context = Context.empty();
  private boolean halfClosureAllowed = true;
  private boolean inputEnded;

  /** This side wants nothing more of the connection. */
  private boolean closedHere;

  /** Counts, or logs. */
  private ConnectionWatcher watcher = ConnectionWatcher.NOBODY;

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

  /** Before anything else. */
  void watch(ConnectionWatcher onlooker) {
    watcher = onlooker;
    watcher.onOpened();
  }

  /**
   * Begins the life of a connection that is open, and secure if it is to be: tells the listener,
   * then the handler.
   *
   * @param subscriber of who wanted the connection
   * @param failed hears of a listener that throws; the connection is aborted then
   * @return whether it has begun
   */
  boolean begin(TcpConfig config, ContextView subscriber, Consumer<Throwable> failed) {
    context = subscriber;
    halfClosureAllowed = config.halfClosureAllowed;
    idle.abortAfter(config.idle);
    try {
      config.onConnection.accept(this);
    } catch (Throwable error) {
      abortNow(new IOException("the listener of " + this + " failed", error));
      failed.accept(error);
      return false;
    }
    Handler handler = config.handler();
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
    watcher.onTlsBegun();
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
                idle.resume();
                watcher.onSecured(session);
                callback.onSecured(session);
              }

              @Override
              public void onFailed(TlsException cause) {
                watcher.onTlsFailed();
                callback.onFailed(cause);
              }
            });
    ((TransportStream) stream).use(handshake.stream());
    stream = handshake.stream();
    idle.pause();
    handshake.begin(this);
    receiver.serve();
  }

  @Override
  public Optional<TlsSession> tlsSession() {
    return Optional.ofNullable(tlsSession);
  }

  @Override
  public Mono<TlsSession> startTlsAsClient(Consumer<? super TlsClientSpec> spec) {
    return StartTls.on(this, TlsClientSettings.of(spec));
  }

  @Override
  public Mono<TlsSession> startTlsAsServer(Consumer<? super TlsServerSpec> spec) {
    return StartTls.on(this, TlsServerSettings.of(spec));
  }

  /** How many bytes came up that no subscriber has made anything of yet. */
  int keptBytes() {
    return receiver.keptBytes();
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

  boolean isSending() {
    return !senders.isEmpty();
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

  /** Asks the stream for what arrives. */
  void startReading() {
    idle.readingStarted();
    stream.startReading();
  }

  void stopReading() {
    idle.readingStopped();
    stream.stopReading();
  }

  /** Takes the buffer. */
  void write(ByteBuf buffer) {
    int length = buffer.readableBytes();
    idle.writing();
    watcher.onWritten(buffer);
    stream.write(buffer);
    writtenBytes += length;
  }

  /** Takes the file. */
  void writeFile(FileLease file, long from, long length) {
    idle.writing();
    watcher.onFileWritten(length);
    stream.writeFile(file, from, length);
    writtenBytes += length;
  }

  void flush() {
    watcher.onFlush();
    stream.flush();
    idle.sent();
  }

  void shutdownOutput() {
    stream.shutdownOutput();
    idle.outputEnded();
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
    idle.received(buffer);
    watcher.onReceived(buffer);
    receiver.receive(buffer);
  }

  @Override
  public void onInputEnd(IOException failure) {
    watcher.onInputEnd(failure);
    inputEnded = true;
    idle.inputEnded();
    receiver.end(failure);
    closeIfIdle();
  }

  /**
   * Without a handler nobody else would: the peer has ended, nothing is being sent, and nothing
   * waits to be read. Looked at in a later turn, so that a subscriber who is told of the end can
   * begin to send.
   */
  void closeIfIdle() {
    if (endsWithInput()) {
      loop.defer(() -> {
        if (endsWithInput() && !disposed) {
          closeNow();
        }
      });
    }
  }

  private boolean endsWithInput() {
    return inputEnded
        && receiver.keptBytes() == 0
        && (!halfClosureAllowed || handling == null && senders.isEmpty());
  }

  @Override
  public void onSent() {
    idle.sent();
    forEachSender(Sending::completeIfSent);
  }

  @Override
  public void onWritable() {
    forEachSender(Sending::requestMore);
  }

  @Override
  public boolean onBroken(IOException cause) {
    watcher.onBroken(cause);
    idle.outputBroken();
    failSenders(cause instanceof TlsException ? cause : closedException(cause));
    return receiver.isAwaited();
  }

  @Override
  public void onClosed(IOException cause) {
    watcher.onClosed(cause);
    disposed = true;
    idle.stop();
    receiver.onClosed(cause);
    failSenders(cause instanceof IdleTimeoutException ? cause : closedException(cause));
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
    closedHere = true;
    idle.stop();
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
    closedHere = true;
    idle.stop();
    stream.abort(cause);
  }

  /** On the loop: whether this side closed it, rather than that both directions have ended. */
  boolean wasClosedHere() {
    return closedHere;
  }

  @Override
  public boolean isDisposed() {
    return disposed;
  }

  @Override
  public Mono<Void> onDispose() {
    return end.asMono();
  }

  // ---- silence

  @Override
  public Connection onReadIdle(Duration silence, Runnable action) {
    IdleTimeouts.check("onReadIdle", silence);
    Objects.requireNonNull(action, "action");
    runOnLoop(() -> idle.onRead(silence, action));
    return this;
  }

  @Override
  public Connection onWriteIdle(Duration silence, Runnable action) {
    IdleTimeouts.check("onWriteIdle", silence);
    Objects.requireNonNull(action, "action");
    runOnLoop(() -> idle.onWrite(silence, action));
    return this;
  }

  // ---- the public sides

  @Override
  public ContextView context() {
    return context;
  }

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
    return new ByteBufFlux(receiver, this);
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

  /** On the loop: as if nobody had ever used it. */
  void forgetUser() {
    idle.forgetActions();
  }

  /** On the loop: whether the next user would find it as one that has just been connected. */
  boolean isAtRest() {
    return !disposed && !inputEnded && outputFailure == null && senders.isEmpty();
  }

  @Override
  public String toString() {
    return "connection " + localAddress + " - " + remoteAddress;
  }
}
