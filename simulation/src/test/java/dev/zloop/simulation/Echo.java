package dev.zloop.simulation;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.SocketOptions;
import dev.zloop.core.ZLoop;
import dev.zloop.core.edge.Acceptor;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportHandler;
import dev.zloop.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A server that sends back what it receives, on the engine's own interfaces. */
final class Echo implements Acceptor.Handler {
  private final EventLoop loop;
  final Acceptor acceptor;
  int connections;
  int closed;
  IOException lastCause;

  Echo(ZLoop loop) {
    this(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  Echo(ZLoop loop, SocketAddress address) {
    this.loop = (EventLoop) loop;
    try {
      acceptor = Acceptor.open(this.loop, address, SocketOptions.DEFAULT, this);
    } catch (NativeIoException e) {
      throw new AssertionError(e);
    }
  }

  SocketAddress address() {
    return acceptor.localAddress();
  }

  @Override
  public void onAccepted(int fd) {
    connections++;
    try {
      Transport.open(loop, fd, TransportOptions.DEFAULT, Connection::new).startReading();
    } catch (NativeIoException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void onClosed() {}

  private final class Connection implements TransportHandler {
    private final Transport transport;

    Connection(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void onReceived(Lease lease) {
      transport.write(lease.address(), lease.length(), lease);
      transport.flush();
      if (!transport.isWritable()) {
        transport.stopReading();
      }
    }

    @Override
    public void onInputEnd() {
      transport.shutdownOutput();
    }

    @Override
    public void onWritable() {
      transport.startReading();
    }

    @Override
    public void onReleased(Object owner) {
      ((Lease) owner).release();
    }

    @Override
    public void onBroken(NativeIoException cause) {
      transport.abort();
    }

    @Override
    public void onClosed(IOException cause) {
      closed++;
      lastCause = cause;
    }
  }
}
