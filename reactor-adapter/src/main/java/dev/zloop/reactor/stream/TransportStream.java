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

  /** What a former user gave back for the next one: bytes, or null; and the end of the input. */
  private ByteBuf givenBack;

  private boolean endGivenBack;

  /** Whether what was given back is wanted, and whether a turn is due that delivers it. */
  private boolean wanted;

  private boolean deliveryDue;

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

  /** Shows another address as the peer's from now on: that of a client behind a proxy. */
  public void present(SocketAddress client) {
    remoteAddress = client;
  }

  /**
   * Gives back what this user does not want, for the next one, who has it before anything else.
   * Once, by a user who has stopped reading.
   *
   * @param bytes which are taken
   * @param inputEnded whether this user was told of the input's end, behind the bytes
   */
  public void giveBack(ByteBuf bytes, boolean inputEnded) {
    assert givenBack == null && !endGivenBack;
    endGivenBack = inputEnded;
    if (bytes.isReadable()) {
      givenBack = bytes;
    } else {
      bytes.release();
    }
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
    if (givenBack == null && !endGivenBack) {
      transport.startReading();
      return;
    }
    wanted = true;
    if (!deliveryDue) {
      deliveryDue = true;
      loop().defer(this::deliver);
    }
  }

  private void deliver() {
    deliveryDue = false;
    try {
      if (wanted && givenBack != null) {
        ByteBuf bytes = givenBack;
        givenBack = null;
        user.onReceived(bytes);
      }
      if (wanted && endGivenBack) {
        endGivenBack = false;
        user.onInputEnd(null);
      } else if (wanted) {
        transport.startReading();
      }
    } catch (Throwable error) {
      loop().report(error);
      abort(new IOException("the user of the stream to " + remoteAddress + " failed", error));
    }
  }

  /** Nobody will want it any more. */
  private void dropGivenBack() {
    wanted = false;
    if (givenBack != null) {
      givenBack.release();
      givenBack = null;
    }
  }

  @Override
  public void stopReading() {
    wanted = false;
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
  public boolean sendsFiles() {
    return true;
  }

  @Override
  public void writeFile(FileLease file, long from, long length) {
    transport.writeFile(file.part().fd(), file.part().position() + from, length, file);
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
    dropGivenBack();
    transport.close();
  }

  @Override
  public void closeTimeout(Duration timeout) {
    transport.closeTimeout(timeout);
  }

  @Override
  public void abort(IOException why) {
    dropGivenBack();
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
    if (owner instanceof ByteBuf buffer) {
      buffer.release();
    } else {
      ((FileLease) owner).release();
    }
  }

  @Override
  public void onBroken(NativeIoException cause) {
    if (!user.onBroken(cause)) {
      transport.abort(cause);
    }
  }

  @Override
  public String describe() {
    return user.describe();
  }

  @Override
  public void onClosed(IOException cause) {
    dropGivenBack();
    user.onClosed(cause);
  }
}
