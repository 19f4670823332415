package dev.zloop.reactor.stream;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.edge.Sockets;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportHandler;
import dev.zloop.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/** The bytes of a socket, as they are. Its user may change, when handlers are put between. */
public final class TransportStream implements ByteStream, TransportHandler {
  private final Transport transport;
  private ByteStreamUser user;
  private SocketAddress localAddress;
  private SocketAddress remoteAddress;

  /**
   * For {@link Transport#open} and {@link Transport#adopt}, which make transport and handler each
   * with the other.
   */
  public TransportStream(Transport transport) {
    this.transport = transport;
  }

  /** Asks the socket for its addresses. Once the transport is open, before anything else. */
  public void learnAddresses() {
    localAddress = Sockets.localAddress(loop(), transport.fd());
    remoteAddress = Sockets.remoteAddress(loop(), transport.fd());
  }

  /** Who hears of this from now on. */
  public void use(ByteStreamUser newUser) {
    user = newUser;
  }

  @Override
  public EventLoop loop() {
    return transport.loop();
  }

  @Override
  public SocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remoteAddress;
  }

  @Override
  public TransportOptions options() {
    return transport.options();
  }

  @Override
  public void startReading() {
    transport.startReading();
  }

  @Override
  public void stopReading() {
    transport.stopReading();
  }

  @Override
  public boolean isWritable() {
    return transport.isWritable();
  }

  @Override
  public long writableBytes() {
    return transport.writableBytes();
  }

  @Override
  public void write(ByteBuf buffer) {
    NativeWrites.write(transport, buffer);
  }

  @Override
  public long sentBytes() {
    return transport.sentBytes();
  }

  @Override
  public void flush() {
    transport.flush();
  }

  @Override
  public void shutdownOutput() {
    transport.shutdownOutput();
  }

  @Override
  public void close() {
    transport.close();
  }

  @Override
  public void closeTimeout(Duration timeout) {
    transport.closeTimeout(timeout);
  }

  @Override
  public void abort(IOException why) {
    transport.abort(why);
  }

  // ---- from the transport

  @Override
  public void onReceived(Lease lease) {
    user.onReceived(new LeasedByteBuf(lease, ByteBufAllocator.DEFAULT));
  }

  @Override
  public void onInputEnd() {
    user.onInputEnd(null);
  }

  @Override
  public void onWritable() {
    user.onWritable();
  }

  @Override
  public void onSent() {
    user.onSent();
  }

  @Override
  public void onReleased(Object owner) {
    ((ByteBuf) owner).release();
  }

  @Override
  public void onBroken(NativeIoException cause) {
    if (!user.onBroken(cause)) {
      transport.abort(cause);
    }
  }

  @Override
  public void onClosed(IOException cause) {
    user.onClosed(cause);
  }
}
