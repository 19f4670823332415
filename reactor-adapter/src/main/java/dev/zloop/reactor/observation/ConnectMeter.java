package dev.zloop.reactor.observation;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/** Tells a recorder, if there is one, how long one connect took. On the loop's thread. */
public final class ConnectMeter {
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
  public ConnectMeter(GuardedRecorder recorder, EventLoop loop, SocketAddress remote) {
    this.recorder = recorder;
    this.loop = loop;
    this.remote = remote;
    this.resolving = remote instanceof InetSocketAddress inet && inet.isUnresolved();
    this.begunNanos = loop.nanoTime();
  }

  public SocketAddress remote() {
    return remote;
  }

  public void onResolved() {
    if (resolving) {
      over(ChannelMetricsRecorder.SUCCESS);
      resolving = false;
    }
    begunNanos = loop.nanoTime();
  }

  public void onConnected() {
    over(ChannelMetricsRecorder.SUCCESS);
  }

  public void onFailed() {
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
