package dev.zloop.reactor.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.loop.EventLoop;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Simulation;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What handlers execute and schedule, in simulated time. */
class LoopExecutorTest {
  private final Simulation simulation = Simulation.of(1);
  private final EventLoop loop = (EventLoop) simulation.loop(Backend.EPOLL);
  private final LoopExecutor executor = new LoopExecutor(loop);
  private final List<String> ran = new ArrayList<>();

  @AfterEach
  void close() {
    simulation.close();
  }

  private Runnable note(String what) {
    return () -> ran.add(what);
  }

  private long now() {
    return simulation.nanoTime();
  }

  private void pass(int millis) {
    simulation.runFor(Duration.ofMillis(millis));
  }

  @Test
  void tasksRunInTheirOrderAndLater() {
    executor.execute(note("one"));
    executor.execute(() -> {
      ran.add("two");
      executor.execute(note("four"));
    });
    executor.submit(note("three"));
    assertEquals(List.of(), ran);
    pass(1);
    assertEquals(List.of("one", "two", "three", "four"), ran);
  }

  @Test
  void timersRunInTheOrderOfTheirDeadlines() {
    executor.schedule(note("third"), 30, TimeUnit.MILLISECONDS);
    executor.schedule(note("first"), -10, TimeUnit.MILLISECONDS);
    ScheduledFuture<String> second = executor.schedule(() -> "second", 20, TimeUnit.MILLISECONDS);
    second.addListener(done -> ran.add((String) done.getNow()));
    pass(19);
    assertEquals(List.of("first"), ran);
    pass(15);
    assertEquals(List.of("first", "second", "third"), ran);
    assertTrue(second.isSuccess());
  }

  @Test
  void aCancelledTimerDoesNotRun() {
    ScheduledFuture<?> timer = executor.schedule(note("no"), 10, TimeUnit.MILLISECONDS);
    assertTrue(timer.cancel(false));
    assertFalse(timer.cancel(false));
    pass(20);
    assertEquals(List.of(), ran);
    assertTrue(timer.isCancelled());
  }

  @Test
  void aTimerThatRanCannotBeCancelled() {
    ScheduledFuture<?> timer = executor.schedule(note("yes"), 10, TimeUnit.MILLISECONDS);
    pass(20);
    assertFalse(timer.cancel(false));
    assertTrue(timer.isSuccess());
  }

  @Test
  void aTimerThatThrowsFailsItsFuture() {
    IllegalStateException bug = new IllegalStateException("a bug");
    ScheduledFuture<?> timer =
        executor.schedule(
            () -> {
              throw bug;
            },
            10,
            TimeUnit.MILLISECONDS);
    pass(20);
    assertEquals(bug, timer.cause());
  }

  @Test
  void aFixedRateDoesNotDriftAndAFixedDelayCountsFromTheEnd() {
    List<Long> atRate = new ArrayList<>();
    List<Long> withDelay = new ArrayList<>();
    long start = now();
    executor.scheduleAtFixedRate(
        () -> atRate.add(millis(now() - start)), 10, 10, TimeUnit.MILLISECONDS);
    executor.scheduleWithFixedDelay(
        () -> withDelay.add(millis(now() - start)), 10, 10, TimeUnit.MILLISECONDS);
    pass(1000);
    assertEquals(100, atRate.size(), 1);
    assertTrue(withDelay.size() <= atRate.size());
    for (int i = 0; i < atRate.size(); i++) {
      assertEquals(10L * (i + 1), atRate.get(i), "run " + i);
    }
  }

  private static long millis(long nanos) {
    return nanos / 1_000_000;
  }

  @Test
  void aPeriodEndsWhenItIsCancelledAlsoByItself() {
    ScheduledFuture<?>[] self = new ScheduledFuture<?>[1];
    self[0] =
        executor.scheduleAtFixedRate(
            () -> {
              ran.add("run");
              if (ran.size() == 3) {
                self[0].cancel(false);
              }
            },
            0,
            5,
            TimeUnit.MILLISECONDS);
    pass(100);
    assertEquals(List.of("run", "run", "run"), ran);
    assertTrue(self[0].isCancelled());
  }

  @Test
  void theLongestDelayDoesNotRunAtOnceNorHoldOthersUp() {
    ScheduledFuture<?> never =
        executor.schedule(note("never"), Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    executor.schedule(note("soon"), 10, TimeUnit.MILLISECONDS);
    pass(1000);
    assertEquals(List.of("soon"), ran);
    assertTrue(never.getDelay(TimeUnit.DAYS) > 1000);
  }

  @Test
  void aPeriodOfNothingIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> executor.scheduleAtFixedRate(note("no"), 0, 0, TimeUnit.SECONDS));
  }

  @Test
  void timersOfALoopThatEndsAreCancelledAndNewOnesRefused() {
    ScheduledFuture<?> once = executor.schedule(note("no"), 10, TimeUnit.MILLISECONDS);
    ScheduledFuture<?> period =
        executor.scheduleAtFixedRate(note("no"), 10, 10, TimeUnit.MILLISECONDS);
    loop.close();
    assertTrue(executor.isShuttingDown());
    simulation.runUntil(() -> loop.onClosed().toCompletableFuture().isDone());
    assertEquals(List.of(), ran);
    assertTrue(once.isCancelled());
    assertTrue(period.isCancelled());
    assertTrue(executor.isTerminated());
    assertThrows(
        RejectedExecutionException.class,
        () -> executor.schedule(note("no"), 1, TimeUnit.MILLISECONDS));
    assertThrows(UnsupportedOperationException.class, executor::shutdownGracefully);
  }

  @Test
  void aLoopThatClosesStillRunsWhatHandlersLeaveForLater() {
    loop.execute(() -> {
      loop.close();
      executor.execute(note("cleaned up"));
      assertFalse(executor.isTerminated());
    });
    simulation.runUntil(() -> loop.onClosed().toCompletableFuture().isDone());
    assertEquals(List.of("cleaned up"), ran);
  }
}
