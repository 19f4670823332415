package dev.zloop.reactor.metrics;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.EventLoop;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Measures loops with Micrometer: what waits for them, how long their turns take, how late their
 * timers are.
 *
 * <pre>{@code
 * ZLoopMetrics metrics = new ZLoopMetrics(group);
 * metrics.bindTo(registry);
 * }</pre>
 *
 * <p>The meters of a loop go when it is closed, or when this is. Servers and clients with {@code
 * metrics(true)} have their loops measured, in the global registry, without this.
 */
@SuppressWarnings("exports") // a registry is given by who has Micrometer
public final class ZLoopMetrics implements MeterBinder, AutoCloseable {
  private static final Set<ZLoop> GLOBAL = ConcurrentHashMap.newKeySet();

  private final List<ZLoop> loops;
  private final Queue<LoopMeters> bound = new ConcurrentLinkedQueue<>();

  public ZLoopMetrics(ZLoop loop) {
    this.loops = List.of(loop);
  }

  public ZLoopMetrics(ZLoopGroup group) {
    this.loops = group.loops();
  }

  /** Measures loops in the global registry from here on; once, however often it is called. */
  public static void bindGlobally(ZLoopGroup group) {
    for (ZLoop loop : group.loops()) {
      if (!loop.isClosed() && GLOBAL.add(loop)) {
        new ZLoopMetrics(loop).bindTo(Metrics.globalRegistry);
        loop.onClosed().whenComplete((nothing, defect) -> GLOBAL.remove(loop));
      }
    }
  }

  /** Measures from here on. Two that measure a loop in one registry would count twice. */
  @Override
  public void bindTo(MeterRegistry registry) {
    for (ZLoop loop : loops) {
      if (!loop.isClosed()) {
        LoopMeters meters = new LoopMeters((EventLoop) loop, registry);
        bound.add(meters);
        meters.begin();
      }
    }
  }

  /** Measures no more, and removes the meters from their registries. Idempotent. */
  @Override
  public void close() {
    for (LoopMeters meters = bound.poll(); meters != null; meters = bound.poll()) {
      meters.end();
    }
  }
}
