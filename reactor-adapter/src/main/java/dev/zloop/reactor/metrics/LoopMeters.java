package dev.zloop.reactor.metrics;

import dev.zloop.core.LoopHealth;
import dev.zloop.core.Timer;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.loop.TurnListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** The meters of one loop in one registry. */
final class LoopMeters implements TurnListener {
  private static final String PREFIX = "zloop.eventloop";

  /** How often there is a timer at least, whose lateness tells how busy the loop is. */
  private static final Duration PROBE_PERIOD = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final MeterRegistry registry;
  private final Gauge pending;
  private final Gauge connections;
  private final io.micrometer.core.instrument.Timer turnTime;
  private final io.micrometer.core.instrument.Timer timerLag;
  private final DistributionSummary queueDepth;
  private final Counter tasks;
  private final Gauge blocked;
  private final FunctionCounter blockedEpisodes;
  private final FunctionCounter slowCallbacks;

  /** The loop's own. */
  private Timer probe;

  LoopMeters(EventLoop loop, MeterRegistry registry) {
    this.loop = loop;
    this.registry = registry;
    Tags tags = Tags.of("name", loop.name());
    pending =
        Gauge.builder("reactor.netty.eventloop.pending.tasks", loop, EventLoop::pendingTasks)
            .tags(tags)
            .register(registry);
    connections =
        Gauge.builder(PREFIX + ".connections", loop, EventLoop::connections)
            .tags(tags)
            .register(registry);
    turnTime = registry.timer(PREFIX + ".turn.time", tags);
    timerLag = registry.timer(PREFIX + ".timer.lag", tags);
    queueDepth = registry.summary(PREFIX + ".queue.depth", tags);
    tasks = registry.counter(PREFIX + ".tasks", tags);
    blocked =
        Gauge.builder(PREFIX + ".blocked", loop, LoopMeters::blocked).tags(tags).register(registry);
    blockedEpisodes =
        FunctionCounter.builder(
                PREFIX + ".blocked.episodes", loop, each -> each.health().blockedEpisodes())
            .tags(tags)
            .register(registry);
    slowCallbacks =
        FunctionCounter.builder(
                PREFIX + ".slow.callbacks", loop, each -> each.health().slowCallbacks())
            .tags(tags)
            .register(registry);
  }

  private static double blocked(EventLoop loop) {
    return loop.health().status() == LoopHealth.Status.BLOCKED ? 1 : 0;
  }

  void begin() {
    onLoop(() -> {
      loop.meter().add(this);
      scheduleProbe();
    });
    loop.onClosed().whenComplete((nothing, defect) -> removeMeters());
  }

  void end() {
    onLoop(() -> {
      loop.meter().remove(this);
      if (probe != null) {
        probe.cancel();
      }
    });
    removeMeters();
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException closed) {
      // then there is nothing to measure any more
    }
  }

  private void scheduleProbe() {
    try {
      probe = loop.schedule(this::scheduleProbe, PROBE_PERIOD);
    } catch (RejectedExecutionException closing) {
      // no more of them
    }
  }

  private void removeMeters() {
    for (Meter meter :
        List.of(
            pending,
            connections,
            turnTime,
            timerLag,
            queueDepth,
            tasks,
            blocked,
            blockedEpisodes,
            slowCallbacks)) {
      registry.remove(meter);
    }
  }

  @Override
  public void onTurn(long busyNanos, int queued, int run) {
    turnTime.record(busyNanos, TimeUnit.NANOSECONDS);
    queueDepth.record(queued);
    tasks.increment(run);
  }

  @Override
  public void onTimer(long lateNanos) {
    timerLag.record(lateNanos, TimeUnit.NANOSECONDS);
  }
}
