package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** How a scheduler begins and ends. */
class SchedulerLifeTest extends SchedulerContract {

  @Test
  void aFreshSchedulerIsNotDisposed() {
    assertFalse(scheduler.isDisposed());
  }

  @Test
  void initMayBeRepeated() {
    scheduler.init();
    scheduler.init();
    assertFalse(scheduler.isDisposed());
  }

  @Test
  void initAfterDisposeIsRefused() {
    scheduler.dispose();
    assertThrows(IllegalStateException.class, scheduler::init);
  }

  @Test
  void initAfterGracefulDisposeIsRefused() {
    Await.completion(scheduler.disposeGracefully());
    assertThrows(IllegalStateException.class, scheduler::init);
  }

  @Test
  void disposeMayBeRepeated() {
    scheduler.dispose();
    scheduler.dispose();
    assertTrue(scheduler.isDisposed());
    Await.completion(scheduler.disposeGracefully());
  }

  @Test
  void schedulingAfterDisposeIsRefused() {
    Scheduler.Worker before = scheduler.createWorker();
    scheduler.dispose();
    Scheduler.Worker after = scheduler.createWorker();
    Stream.of(ways(), ways(before), ways(after))
        .flatMap(List::stream)
        .forEach(way -> assertThrows(RejectedExecutionException.class, () -> way.apply(() -> {})));
  }

  @Test
  void disposingCancelsWhatIsPending() {
    List<Held> held = holdAllThreads();
    AtomicInteger ran = new AtomicInteger();
    ways().forEach(way -> way.apply(ran::incrementAndGet));
    ways(scheduler.createWorker()).forEach(way -> way.apply(ran::incrementAndGet));
    scheduler.dispose();
    held.forEach(Held::release);
    Await.completion(scheduler.disposeGracefully());
    assertEquals(0, ran.get());
  }

  @Test
  void gracefulDisposalBeginsWithSubscription() {
    Mono<Void> notSubscribed = scheduler.disposeGracefully();
    assertFalse(scheduler.isDisposed());
    Await.completion(notSubscribed);
    assertTrue(scheduler.isDisposed());
  }

  @Test
  void gracefulDisposalRunsWhatWasAccepted() {
    List<Held> held = holdAllThreads();
    AtomicInteger ran = new AtomicInteger();
    Scheduler.Worker worker = scheduler.createWorker();
    scheduler.schedule(ran::incrementAndGet);
    worker.schedule(ran::incrementAndGet);
    scheduler.schedule(ran::incrementAndGet, 1, MILLISECONDS);
    worker.schedule(ran::incrementAndGet, 1, MILLISECONDS);
    AtomicBoolean done = new AtomicBoolean();
    scheduler.disposeGracefully().subscribe(null, null, () -> done.set(true));
    assertThrows(RejectedExecutionException.class, () -> scheduler.schedule(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> worker.schedule(() -> {}));
    held.forEach(Held::release);
    Await.until(done::get);
    assertEquals(4, ran.get());
  }

  @Test
  void gracefulDisposalEndsPeriodicTasks() {
    CountDownLatch begun = new CountDownLatch(3);
    scheduler.schedulePeriodically(begun::countDown, 0, 1, MILLISECONDS);
    scheduler.createWorker().schedulePeriodically(begun::countDown, 0, 1, MILLISECONDS);
    Await.down(begun);
    Await.completion(scheduler.disposeGracefully());
  }

  @Test
  void gracefulDisposalWaitsForTheTaskThatRuns() {
    Held held = new Held();
    scheduler.schedule(held);
    held.awaitBegun();
    AtomicBoolean done = new AtomicBoolean();
    AtomicBoolean doneForTheSecond = new AtomicBoolean();
    scheduler.disposeGracefully().subscribe(null, null, () -> done.set(held.hasEnded()));
    scheduler
        .disposeGracefully()
        .subscribe(null, null, () -> doneForTheSecond.set(held.hasEnded()));
    held.release();
    Await.until(() -> done.get() && doneForTheSecond.get());
    Await.completion(scheduler.disposeGracefully());
  }

  @Test
  void aGracefulDisposalCanBecomeAForcedOne() {
    scheduler.schedule(() -> {}, 1, HOURS);
    AtomicBoolean done = new AtomicBoolean();
    scheduler.disposeGracefully().subscribe(null, null, () -> done.set(true));
    assertFalse(done.get());
    scheduler.dispose();
    Await.until(done::get);
  }

  @Test
  void aTaskMayDisposeTheScheduler() {
    AtomicInteger ran = new AtomicInteger();
    List<Held> held = holdAllThreads();
    CountDownLatch disposed = new CountDownLatch(1);
    Scheduler.Worker worker = scheduler.createWorker();
    worker.schedule(() -> {
      scheduler.dispose();
      disposed.countDown();
    });
    worker.schedule(ran::incrementAndGet);
    worker.schedule(ran::incrementAndGet, 1, HOURS);
    held.forEach(Held::release);
    Await.down(disposed);
    assertTrue(scheduler.isDisposed());
    Await.completion(scheduler.disposeGracefully());
    assertEquals(0, ran.get());
  }

  @Test
  void aTaskMayDisposeTheSchedulerGracefully() {
    AtomicInteger ran = new AtomicInteger();
    AtomicBoolean done = new AtomicBoolean();
    List<Held> held = holdAllThreads();
    Scheduler.Worker worker = scheduler.createWorker();
    worker.schedule(
        () -> scheduler.disposeGracefully().subscribe(null, null, () -> done.set(true)));
    worker.schedule(ran::incrementAndGet);
    held.forEach(Held::release);
    Await.until(done::get);
    assertEquals(1, ran.get());
  }
}
