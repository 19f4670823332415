package dev.zloop.reactor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.DrivenLoop;
import dev.zloop.simulation.Simulation;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.DoubleAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of a loop, by a simulated clock. */
class LoopMetricsTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final Simulation simulation = Simulation.of(7);
  private final ZLoop loop = simulation.loop(Backend.EPOLL);

  @AfterEach
  void close() {
    simulation.close();
  }

  private ZLoopMetrics bound() {
    ZLoopMetrics metrics = new ZLoopMetrics(loop);
    metrics.bindTo(registry);
    simulation.runFor(Duration.ofMillis(1));
    return metrics;
  }

  private double tasks() {
    return registry.get("zloop.eventloop.tasks").tag("name", loop.name()).counter().count();
  }

  @Test
  void whatWaitsForALoopIsCounted() {
    bound();
    ((EventLoop) loop).executeFromAfar(() -> {});
    ((EventLoop) loop).executeFromAfar(() -> {});
    assertEquals(
        2,
        registry
            .get("reactor.netty.eventloop.pending.tasks")
            .tag("name", loop.name())
            .gauge()
            .value());
  }

  @Test
  void tasksAndTheDepthOfTheirQueueAreCounted() {
    bound();
    double before = tasks();
    for (int i = 0; i < 5; i++) {
      loop.execute(() -> {});
    }
    simulation.runUntil(() -> tasks() == before + 5);
    assertEquals(5, registry.get("zloop.eventloop.queue.depth").summary().max());
  }

  @Test
  void aBlockedLoopIsSeenWhileItIsAndCountedAndSoIsTheSlowCallback() {
    AtomicBoolean released = new AtomicBoolean();
    DoubleAdder seen = new DoubleAdder();
    ZLoop real =
        ZLoop.builder()
            .name("blocked")
            .blockedAfter(Duration.ofMillis(40))
            .slowAfter(Duration.ofMillis(20))
            .blockedHandler(report -> {
              try {
                seen.add(registry.get("zloop.eventloop.blocked").gauge().value());
              } finally {
                released.set(true);
              }
            })
            .build()
            .start();
    CompletableFuture.runAsync(() -> new ZLoopMetrics(real).bindTo(registry), real)
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
    CompletableFuture<?> task =
        CompletableFuture.runAsync(
            () -> {
              while (!released.get()) {
                // It computes.
              }
            },
            real);
    task.orTimeout(60, TimeUnit.SECONDS).join();
    // Where the machine is busy, other turns may be among them.
    assertTrue(seen.sum() >= 1);
    assertTrue(registry.get("zloop.eventloop.blocked.episodes").functionCounter().count() >= 1);
    assertTrue(registry.get("zloop.eventloop.slow.callbacks").functionCounter().count() >= 1);
    real.close();
    real.onClosed().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  @Test
  void aTurnThatTakesLongIsSeenAndSoIsTheTimerThatHadToWaitForIt() {
    DrivenLoop driven = new DrivenLoop();
    new ZLoopMetrics(driven.loop).bindTo(registry);
    driven.turn();
    driven.loop.schedule(() -> {}, Duration.ofMillis(10));
    driven.loop.execute(() -> driven.passUnnoticed(Duration.ofMillis(250)));
    driven.turn();
    driven.turn();
    assertEquals(250, registry.get("zloop.eventloop.turn.time").timer().max(TimeUnit.MILLISECONDS));
    assertEquals(240, registry.get("zloop.eventloop.timer.lag").timer().max(TimeUnit.MILLISECONDS));
    driven.closeLoop();
  }

  @Test
  void aLoopWithoutTimersTellsItsLagOnceASecond() {
    bound();
    simulation.runFor(Duration.ofSeconds(10));
    assertEquals(10, registry.get("zloop.eventloop.timer.lag").timer().count(), 1);
  }

  @Test
  void theMetersGoWithTheirLoop() {
    bound();
    loop.close();
    simulation.await(loop.onClosed());
    assertEquals(List.of(), registry.getMeters());
  }

  @Test
  void nothingIsMeasuredAnyMoreOnceThatIsClosed() {
    ZLoopMetrics metrics = bound();
    metrics.close();
    simulation.runFor(Duration.ofSeconds(3));
    assertEquals(List.of(), registry.getMeters());
  }

  @Test
  void theGlobalRegistryMeasuresALoopOnce() {
    Metrics.addRegistry(registry);
    try {
      ZLoopGroup group = ZLoopGroup.of(List.of(loop));
      ZLoopMetrics.bindGlobally(group);
      ZLoopMetrics.bindGlobally(group);
      simulation.runFor(Duration.ofMillis(1));
      double before = tasks();
      loop.execute(() -> {});
      simulation.runFor(Duration.ofMillis(1));
      assertEquals(before + 1, tasks());
      loop.close();
      simulation.await(loop.onClosed());
      assertEquals(List.of(), registry.getMeters());
    } finally {
      Metrics.removeRegistry(registry);
    }
  }
}
