package dev.zloop.reactor.observation;

import dev.zloop.core.ZLoopGroup;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import dev.zloop.reactor.metrics.MicrometerChannelMetricsRecorder;
import dev.zloop.reactor.metrics.ZLoopMetrics;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What {@code metrics(..)} sets.
 *
 * @param recorder who is told, or null
 * @param loops has the loops measured that are about to be used
 */
public record Metering(GuardedRecorder recorder, Consumer<? super ZLoopGroup> loops) {
  public static final Metering OFF = new Metering(null, group -> {});

  /** Whose meters these are. */
  public enum Of {
    TCP_SERVER,
    TCP_CLIENT,
    UDP_SERVER,
    UDP_CLIENT
  }

  /**
   * With Micrometer, or not at all.
   *
   * @throws UnsupportedOperationException if Micrometer is not there
   */
  public static Metering byMicrometer(boolean enable, Of whom) {
    if (!enable) {
      return OFF;
    }
    try {
      return Micrometer.metering(whom);
    } catch (NoClassDefFoundError missing) {
      throw new UnsupportedOperationException(
          "metrics(true) takes Micrometer: add io.micrometer:micrometer-core to the class path,"
              + " or to the module path with --add-modules micrometer.core",
          missing);
    }
  }

  /** With a recorder of the user's, which is asked for at once; or not at all. */
  public static Metering by(boolean enable, Supplier<? extends ChannelMetricsRecorder> recorder) {
    return enable ? new Metering(new GuardedRecorder(recorder.get()), group -> {}) : OFF;
  }

  /** All that needs Micrometer's classes, which are there or not when this one is loaded. */
  private static final class Micrometer {

    /** One for all of a kind: their meters are the same, too. */
    private static final ChannelMetricsRecorder TCP_SERVER = recorder("tcp.server", "tcp", true);

    private static final ChannelMetricsRecorder TCP_CLIENT = recorder("tcp.client", "tcp", false);
    private static final ChannelMetricsRecorder UDP_SERVER = recorder("udp.server", "udp", true);
    private static final ChannelMetricsRecorder UDP_CLIENT = recorder("udp.client", "udp", false);

    private static ChannelMetricsRecorder recorder(String name, String protocol, boolean onServer) {
      return new MicrometerChannelMetricsRecorder("reactor.netty." + name, protocol, onServer);
    }

    static Metering metering(Of whom) {
      ChannelMetricsRecorder recorder =
          switch (whom) {
            case TCP_SERVER -> TCP_SERVER;
            case TCP_CLIENT -> TCP_CLIENT;
            case UDP_SERVER -> UDP_SERVER;
            case UDP_CLIENT -> UDP_CLIENT;
          };
      return new Metering(new GuardedRecorder(recorder), ZLoopMetrics::bindGlobally);
    }
  }
}
