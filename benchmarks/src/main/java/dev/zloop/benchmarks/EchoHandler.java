package dev.zloop.benchmarks;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.transport.Lease;
import dev.zloop.core.transport.Transport;
import dev.zloop.core.transport.TransportHandler;
import java.io.IOException;

/** Sends back what a connection receives, and receives no more while that is not taken. */
final class EchoHandler implements TransportHandler {
  private final Transport transport;

  EchoHandler(Transport transport) {
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
  public void onWritable() {
    transport.startReading();
  }

  @Override
  public void onReleased(Object owner) {
    ((Lease) owner).release();
  }

  @Override
  public void onInputEnd() {
    transport.close();
  }

  @Override
  public void onBroken(NativeIoException cause) {
    transport.abort();
  }

  @Override
  public void onClosed(IOException cause) {}
}
