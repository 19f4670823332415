package dev.zloop.reactor.tcp;

import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import java.net.SocketAddress;
import java.time.Duration;

/** A recorder that cannot record. */
final class FailingRecorder implements ChannelMetricsRecorder {

  private static IllegalStateException failure() {
    return new IllegalStateException("out of order");
  }

  @Override
  public void recordDataReceived(SocketAddress remoteAddress, long bytes) {
    throw failure();
  }

  @Override
  public void recordDataSent(SocketAddress remoteAddress, long bytes) {
    throw failure();
  }

  @Override
  public void incrementErrorsCount(SocketAddress remoteAddress) {
    throw failure();
  }

  @Override
  public void recordTlsHandshakeTime(SocketAddress remoteAddress, Duration time, String status) {
    throw failure();
  }

  @Override
  public void recordConnectTime(SocketAddress remoteAddress, Duration time, String status) {
    throw failure();
  }

  @Override
  public void recordResolveAddressTime(SocketAddress remoteAddress, Duration time, String status) {
    throw failure();
  }

  @Override
  public void recordServerConnectionOpened(SocketAddress localAddress) {
    throw failure();
  }

  @Override
  public void recordServerConnectionClosed(SocketAddress localAddress) {
    throw failure();
  }
}
