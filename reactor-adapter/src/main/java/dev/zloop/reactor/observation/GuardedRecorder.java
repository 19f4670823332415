package dev.zloop.reactor.observation;

import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import java.util.Objects;
import java.util.function.Consumer;
import reactor.util.Logger;
import reactor.util.Loggers;

/** A recorder whose exceptions are the log's, and not the connection's. */
public final class GuardedRecorder {
  private static final Logger LOG = Loggers.getLogger(ChannelMetricsRecorder.class);

  private final ChannelMetricsRecorder recorder;

  /** From its first failure on, the rest are for who wants the details. */
  private volatile boolean failed;

  GuardedRecorder(ChannelMetricsRecorder recorder) {
    this.recorder = Objects.requireNonNull(recorder, "the recorder supplied");
  }

  public void tell(Consumer<ChannelMetricsRecorder> what) {
    try {
      what.accept(recorder);
    } catch (RuntimeException | LinkageError error) {
      if (failed) {
        LOG.debug("a metrics recorder failed", error);
      } else {
        failed = true;
        LOG.warn("a metrics recorder failed; what follows of that is logged as DEBUG", error);
      }
    }
  }
}
