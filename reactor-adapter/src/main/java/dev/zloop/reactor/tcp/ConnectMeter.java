package dev.zloop.reactor.tcp;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/** Tells a recorder, if there is one, how long one connect took. On the loop's thread. */
final class ConnectMeter {
  private final GuardedRecorder recorder;
  private final EventLoop loop;
  private final SocketAddress remote;
  private boolean resolving;
  private long begunNanos;

  /**
   * The connect begins now.
   *
   * @param recorder or null
   */
  ConnectMeter(GuardedRecorder recorder, EventLoop loop, SocketAddress remote) {
    this.recorder = recorder;
    this.loop = loop;
    this.remote = remote;
    this.resolving = remote instanceof InetSocketAddress inet && inet.isUnresolved();
    this.begunNanos = loop.nanoTime();
  }

  SocketAddress remote() {
    return remote;
  }

  void onResolved() {
    if (resolving) {
      over(ChannelMetricsRecorder.SUCCESS);
      resolving = false;
    }
    begunNanos = loop.nanoTime();
  }

  void onConnected() {
    over(ChannelMetricsRecorder.SUCCESS);
  }

  void onFailed() {
    over(ChannelMetricsRecorder.ERROR);
  }

  private void over(String status) {
    if (recorder == null) {
      return;
    }
    Duration time = Duration.ofNanos(loop.nanoTime() - begunNanos);
    if (resolving) {
      recorder.tell(to -> to.recordResolveAddressTime(remote, time, status));
    } else {
      recorder.tell(to -> to.recordConnectTime(remote, time, status));
    }
  }
}
