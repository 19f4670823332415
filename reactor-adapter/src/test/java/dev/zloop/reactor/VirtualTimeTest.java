package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Virtual time in users' tests: it rules Reactor's schedulers, whoever serves them otherwise. */
class VirtualTimeTest {
  private static final Duration A_DAY = Duration.ofDays(1);

  @AfterEach
  void reset() {
    VirtualTimeScheduler.reset();
    Schedulers.resetFactory();
  }

  private static boolean isOnLoops(Scheduler scheduler) {
    return Scannable.from(scheduler).inners().anyMatch(Lane.class::isInstance);
  }

  /** The cached schedulers hide what they are made of. */
  private static boolean isParallelOnLoops() {
    Scheduler made = Schedulers.newParallel("made", 1, true);
    boolean onLoops = isOnLoops(made);
    made.dispose();
    return onLoops;
  }

  @Test
  void itRulesOperatorsThatAreGivenNoScheduler() {
    StepVerifier.withVirtualTime(() -> Flux.interval(A_DAY).take(2))
        .expectSubscription()
        .expectNoEvent(A_DAY)
        .expectNext(0L)
        .thenAwait(A_DAY)
        .expectNext(1L)
        .verifyComplete();
  }

  @Test
  void itRulesWhatOurImportCallsParallel() {
    VirtualTimeScheduler virtual = VirtualTimeScheduler.getOrSet();
    AtomicReference<Long> virtually = new AtomicReference<>();
    Mono.delay(A_DAY, Schedulers.parallel()).subscribe(virtually::set);
    assertNull(virtually.get());
    virtual.advanceTimeBy(A_DAY);
    assertEquals(0L, virtually.get());
  }

  @Test
  void aSchedulerFromALoopKeepsTheLoopsTime() {
    VirtualTimeScheduler virtual = VirtualTimeScheduler.getOrSet();
    AtomicReference<Long> onLoop = new AtomicReference<>();
    Disposable delayed = Mono.delay(A_DAY, Schedulers.fromZLoop()).subscribe(onLoop::set);
    Mono.delay(Duration.ofMillis(1), Schedulers.fromZLoop()).block(Await.PATIENCE);
    virtual.advanceTimeBy(A_DAY);
    Await.idle(Schedulers.fromZLoop().createWorker());
    assertNull(onLoop.get());
    delayed.dispose();
  }

  @Test
  void itTakesOverFromLoopsAndGivesBack() {
    Schedulers.useZLoops();
    Scheduler before = Schedulers.parallel();
    VirtualTimeScheduler virtual = VirtualTimeScheduler.getOrSet();
    AtomicReference<Long> virtually = new AtomicReference<>();
    Mono.delay(A_DAY).subscribe(virtually::set);
    virtual.advanceTimeBy(A_DAY);
    assertEquals(0L, virtually.get());

    VirtualTimeScheduler.reset();
    assertSame(before, Schedulers.parallel());
    assertTrue(isParallelOnLoops());
    Mono.delay(Duration.ofMillis(1)).block(Await.PATIENCE);
  }

  @Test
  void loopsThatTakeOverFromItGoWithIt() {
    VirtualTimeScheduler.getOrSet();
    Schedulers.useZLoops();
    assertTrue(isParallelOnLoops());
    Mono.delay(Duration.ofMillis(1)).block(Await.PATIENCE);
    Scheduler onLoops = Schedulers.parallel();

    VirtualTimeScheduler.reset();
    assertTrue(onLoops.isDisposed());
    assertTrue(!isParallelOnLoops());
    Mono.delay(Duration.ofMillis(1)).block(Await.PATIENCE);
  }
}
