package dev.zloop.reactor.tcp;

import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import dev.zloop.reactor.metrics.MicrometerChannelMetricsRecorder;
import dev.zloop.reactor.metrics.ZLoopMetrics;
import java.util.function.Supplier;

/** What {@code metrics(..)} sets. */
final class MetricsSettings {
  private MetricsSettings() {}

  /**
   * With Micrometer, or without.
   *
   * @param role {@code server} or {@code client}
   */
  static void set(TcpConfig config, boolean enable, String role) {
    if (!enable) {
      set(config, false, () -> null);
      return;
    }
    try {
      Micrometer.set(config, role);
    } catch (NoClassDefFoundError missing) {
      throw new UnsupportedOperationException(
          "metrics(true) takes Micrometer: add io.micrometer:micrometer-core to the class path,"
              + " or to the module path with --add-modules micrometer.core",
          missing);
    }
  }

  static void set(
      TcpConfig config, boolean enable, Supplier<? extends ChannelMetricsRecorder> recorder) {
    config.metrics = enable ? new GuardedRecorder(recorder.get()) : null;
    config.loopMetrics = group -> {};
  }

  /** All that needs Micrometer's classes, which are there or not when this one is loaded. */
  private static final class Micrometer {

    /** One for all servers, and one for all clients: their meters are the same, too. */
    private static final ChannelMetricsRecorder SERVER =
        new MicrometerChannelMetricsRecorder("reactor.netty.tcp.server", "tcp", true);

    private static final ChannelMetricsRecorder CLIENT =
        new MicrometerChannelMetricsRecorder("reactor.netty.tcp.client", "tcp", false);

    static void set(TcpConfig config, String role) {
      config.metrics = new GuardedRecorder(role.equals("server") ? SERVER : CLIENT);
      config.loopMetrics = ZLoopMetrics::bindGlobally;
    }
  }
}
