package dev.zloop.reactor.tcp;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import dev.zloop.reactor.observation.GuardedRecorder;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import java.time.Duration;

/** Tells a recorder what a connection does. */
final class ConnectionMeter implements ConnectionWatcher {
  private final GuardedRecorder recorder;
  private final EventLoop loop;
  private final boolean onServer;

  /** As the recorder is to know them. */
  private final SocketAddress local;

  private final SocketAddress remote;

  private long tlsBegunNanos;
  private boolean failed;

  /**
   * @param remote of a client, what it was told to connect to
   */
  ConnectionMeter(
      GuardedRecorder recorder, TcpConnection connection, boolean onServer, SocketAddress remote) {
    this.recorder = recorder;
    this.loop = connection.loop();
    this.onServer = onServer;
    this.local = connection.localAddress();
    this.remote = remote;
  }

  @Override
  public void onOpened() {
    if (onServer) {
      recorder.tell(to -> to.recordServerConnectionOpened(local));
    }
  }

  @Override
  public void onReceived(ByteBuf buffer) {
    int bytes = buffer.readableBytes();
    if (bytes > 0) {
      recorder.tell(to -> to.recordDataReceived(remote, bytes));
    }
  }

  @Override
  public void onWritten(ByteBuf buffer) {
    onFileWritten(buffer.readableBytes());
  }

  @Override
  public void onFileWritten(long bytes) {
    if (bytes > 0) {
      recorder.tell(to -> to.recordDataSent(remote, bytes));
    }
  }

  @Override
  public void onTlsBegun() {
    tlsBegunNanos = loop.nanoTime();
  }

  @Override
  public void onSecured(TlsSession session) {
    tlsOver(ChannelMetricsRecorder.SUCCESS);
  }

  @Override
  public void onTlsFailed() {
    tlsOver(ChannelMetricsRecorder.ERROR);
  }

  private void tlsOver(String status) {
    Duration time = Duration.ofNanos(loop.nanoTime() - tlsBegunNanos);
    recorder.tell(to -> to.recordTlsHandshakeTime(remote, time, status));
  }

  @Override
  public void onInputEnd(Throwable failure) {
    fail(failure);
  }

  @Override
  public void onBroken(Throwable cause) {
    fail(cause);
  }

  @Override
  public void onClosed(Throwable cause) {
    fail(cause);
    if (onServer) {
      recorder.tell(to -> to.recordServerConnectionClosed(local));
    }
  }

  private void fail(Throwable cause) {
    if (cause != null && !failed) {
      failed = true;
      recorder.tell(to -> to.incrementErrorsCount(remote, cause));
    }
  }
}
