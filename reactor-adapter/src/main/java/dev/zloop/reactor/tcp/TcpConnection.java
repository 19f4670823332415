package dev.zloop.reactor.tcp;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A transport as Reactor sees it: what arrives goes to one {@link ReceiveFlux}, and what is sent
 * comes from {@link Sender}s. Who decides on its end is the {@link Handling}, if there is one.
 */
final class TcpConnection implements Connection, Inbound, TransportHandler {
  private final Transport transport;
  private final EventLoop loop;
  private final ReceiveFlux receiver = new ReceiveFlux(this);
  private final Sinks.Empty<Void> end = Sinks.unsafe().empty();

  private SocketAddress localAddress;
  private SocketAddress remoteAddress;

  private volatile boolean disposed;

  // The rest belongs to the loop's thread.

  private final List<Sender> senders = new ArrayList<>(2);

  /** Bytes ever written to the transport, whether sent, queued or dropped. */
  private long writtenBytes;

  /** Null if no handler governs this connection. */
  private Handling handling;

  private boolean inputEnded;

  /** Why nothing can be sent any more, or null. */
  private IOException outputFailure;

  TcpConnection(Transport transport) {
    this.transport = transport;
    this.loop = transport.loop();
  }

  /**
   * Begins the life of a connection whose transport is open: tells the listener, then the handler.
   *
   * @param failed hears of a listener that throws; the connection is aborted then
   * @return whether it has begun
   */
  boolean begin(
      Consumer<? super Connection> listener, Handler handler, Consumer<Throwable> failed) {
    localAddress = Sockets.localAddress(loop, transport.fd());
    remoteAddress = Sockets.remoteAddress(loop, transport.fd());
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

  Transport transport() {
    return transport;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  /** Takes a sender in; or fails it, if nothing can be sent any more. */
  boolean add(Sender sender) {
    if (outputFailure != null) {
      sender.fail(outputFailure);
      return false;
    }
    senders.add(sender);
    return true;
  }

  void remove(Sender sender) {
    senders.remove(sender);
    closeIfIdle();
  }

  /** Takes the buffer. */
  void write(ByteBuf buffer) {
    int length = buffer.readableBytes();
    NativeWrites.write(transport, buffer);
    writtenBytes += length;
  }

  void flush() {
    transport.flush();
  }

  void shutdownOutput() {
    transport.shutdownOutput();
    failSenders(closedException(null));
  }

  /** Where the output stands that was written. */
  long writtenBytes() {
    return writtenBytes;
  }

  /** Where the output stands that the kernel took; what was dropped never gets there. */
  long sentBytes() {
    return transport.sentBytes();
  }

  // ---- from the transport

  @Override
  public void onReceived(Lease lease) {
    receiver.emit(new LeasedByteBuf(lease, ByteBufAllocator.DEFAULT));
  }

  @Override
  public void onInputEnd() {
    inputEnded = true;
    receiver.end(null);
    closeIfIdle();
  }

  /**
   * Without a handler nobody else would: the peer has ended, and nothing is being sent. Looked at
   * in a later turn, so that a subscriber who is told of the end can begin to send.
   */
  private void closeIfIdle() {
    if (inputEnded && handling == null && senders.isEmpty()) {
      loop.defer(() -> {
        if (senders.isEmpty()) {
          disposed = true;
          transport.close();
        }
      });
    }
  }

  @Override
  public void onSent() {
    forEachSender(Sender::completeIfSent);
  }

  @Override
  public void onWritable() {
    forEachSender(Sender::requestMore);
  }

  @Override
  public void onReleased(Object owner) {
    ((ByteBuf) owner).release();
  }

  @Override
  public void onBroken(NativeIoException cause) {
    failSenders(closedException(cause));
    if (!receiver.isAwaited()) {
      transport.abort(cause); // nobody is there to read what may have arrived before
    }
  }

  @Override
  public void onClosed(IOException cause) {
    disposed = true;
    receiver.end(cause);
    failSenders(closedException(cause));
    if (handling != null) {
      handling.cancel();
    }
    end.tryEmitEmpty();
  }

  private void forEachSender(Consumer<Sender> action) {
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
    transport.close();
    receiver.end(null);
    failSenders(closedException(null));
  }

  @Override
  public void abort() {
    runOnLoop(() -> abortNow(null));
  }

  /** On the loop. */
  void abortNow(IOException cause) {
    disposed = true;
    transport.abort(cause);
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
  public SocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public String toString() {
    return "connection " + localAddress + " - " + remoteAddress;
  }
}
