package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.loop.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.Exceptions;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Scheduler;

/** Reactor's schedulers, served by loops. */
class UseZLoopsTest {

  @AfterEach
  void reset() {
    Schedulers.resetFactory();
  }

  /** Where a task was, as seen from within. */
  private record Place(Thread thread, boolean onLoop) {
    static Place here() {
      boolean onLoop =
          Stream.of(new Throwable().getStackTrace())
              .anyMatch(frame -> frame.getClassName().equals(EventLoop.class.getName()));
      return new Place(Thread.currentThread(), onLoop);
    }

    static Place of(Scheduler scheduler) {
      CompletableFuture<Place> place = new CompletableFuture<>();
      scheduler.schedule(() -> place.complete(here()));
      return place.join();
    }
  }

  private static void awaitEnd(Thread thread) {
    Await.until(() -> !thread.isAlive());
  }

  /** Keeps what it makes. */
  private static final class Threads implements ThreadFactory {
    final List<Thread> made = new ArrayList<>();

    @Override
    public Thread newThread(Runnable task) {
      Thread thread =
          Thread.ofPlatform().daemon().name("made-" + (made.size() + 1)).unstarted(task);
      made.add(thread);
      return thread;
    }
  }

  // ---- those that everybody uses

  @Test
  void parallelAndSingleRunOnLoopsUnderReactorsNames() {
    Schedulers.useZLoops();
    Place parallel = Place.of(Schedulers.parallel());
    Place single = Place.of(Schedulers.single());
    assertTrue(parallel.onLoop());
    assertTrue(single.onLoop());
    assertTrue(parallel.thread().getName().startsWith("parallel-"), parallel.toString());
    assertTrue(single.thread().getName().startsWith("single-"), single.toString());
    assertTrue(parallel.thread().isDaemon());
    assertTrue(parallel.thread() instanceof NonBlocking);
    assertEquals("Schedulers.parallel()", Schedulers.parallel().toString());
    assertEquals(
        Schedulers.DEFAULT_POOL_SIZE, Scannable.from(Schedulers.parallel()).scan(Attr.CAPACITY));
  }

  @Test
  void operatorsThatAreGivenNoSchedulerRunOnLoops() {
    Schedulers.useZLoops();
    List<Place> ticks =
        Flux.interval(Duration.ofMillis(1))
            .map(tick -> Place.here())
            .take(3)
            .collectList()
            .block(Await.PATIENCE);
    assertEquals(3, ticks.stream().filter(Place::onLoop).count());
    assertTrue(Mono.delay(Duration.ofMillis(1)).map(tick -> Place.here()).block().onLoop());
  }

  @Test
  void blockingThereIsRefusedAndCaught() {
    Schedulers.useZLoops();
    Mono<Void> blocking =
        Mono.<Void>fromRunnable(() -> Mono.never().block()).subscribeOn(Schedulers.parallel());
    String refusal =
        assertThrows(IllegalStateException.class, () -> blocking.block(Await.PATIENCE))
            .getMessage();
    assertTrue(
        refusal.startsWith(
            "block()/blockFirst()/blockLast() are blocking, which is not supported in thread"
                + " parallel-"),
        refusal);

    Mono<Boolean> parking =
        Mono.fromCallable(() -> new CountDownLatch(1).await(1, HOURS))
            .subscribeOn(Schedulers.single());
    Throwable caught = Exceptions.unwrap(assertThrows(Throwable.class, parking::block));
    assertInstanceOf(BlockingOperationError.class, caught);
  }

  @Test
  void whatIsElasticStaysReactors() {
    Schedulers.useZLoops();
    Place place = Place.of(Schedulers.boundedElastic());
    assertFalse(place.onLoop());
    assertTrue(place.thread().getName().startsWith("boundedElastic-"), place.toString());
  }

  @Test
  void resettingEndsTheLoopsAndBringsReactorsOwnBack() {
    Schedulers.useZLoops();
    Thread parallel = Place.of(Schedulers.parallel()).thread();
    Thread single = Place.of(Schedulers.single()).thread();
    Schedulers.resetFactory();
    awaitEnd(parallel);
    awaitEnd(single);
    assertFalse(Place.of(Schedulers.parallel()).onLoop());
    assertFalse(Place.of(Schedulers.single()).onLoop());
  }

  @Test
  void whatWasShutDownIsMadeAgainOnOtherLoops() {
    Schedulers.useZLoops();
    Scheduler before = Schedulers.parallel();
    Thread thread = Place.of(before).thread();
    Schedulers.shutdownNow();
    awaitEnd(thread);
    assertTrue(before.isDisposed());
    Place place = Place.of(Schedulers.parallel());
    assertTrue(place.onLoop());
    assertNotSame(thread, place.thread());
  }

  @Test
  void whatWasCachedBeforeIsDisposedOrWithASnapshotKept() {
    Scheduler before = Schedulers.parallel();
    Schedulers.Snapshot snapshot = Schedulers.setFactoryWithSnapshot(Schedulers.zLoopFactory());
    Place place = Place.of(Schedulers.parallel());
    assertTrue(place.onLoop());
    Schedulers.resetFrom(snapshot);
    assertSame(before, Schedulers.parallel());
    awaitEnd(place.thread());

    Schedulers.useZLoops();
    assertTrue(before.isDisposed());
    assertNotSame(before, Schedulers.parallel());
  }

  // ---- those that are made

  @Test
  void eachIsNamedAsItsThreadsAre() {
    Schedulers.useZLoops();
    Scheduler parallel = Schedulers.newParallel("mine", 2);
    Scheduler single = Schedulers.newSingle("own", true);
    Scheduler ofFactory = Schedulers.newSingle(new Threads());
    assertEquals("zloop.parallel(2,\"mine\")", parallel.toString());
    assertEquals("zloop.single(\"own\")", single.toString());
    assertEquals("zloop.single()", ofFactory.toString());
    for (Scannable loop : Scannable.from(parallel).inners().toList()) {
      assertTrue(loop.scan(Attr.NAME).startsWith("mine-"), loop.scan(Attr.NAME));
    }
    Thread first = Place.of(parallel).thread();
    Thread second = Place.of(parallel).thread();
    assertNotSame(first, second);
    assertTrue(first.getName().startsWith("mine-"), first.getName());
    assertFalse(first.isDaemon());
    assertTrue(Place.of(single).thread().isDaemon());
    assertEquals("made-1", Place.of(ofFactory).thread().getName());
    Stream.of(parallel, single, ofFactory).forEach(Scheduler::dispose);
  }

  @Test
  void threadsBeginWithTheFirstTaskAndEndWithTheScheduler() {
    Threads threads = new Threads();
    Scheduler scheduler = Schedulers.zLoopFactory().newParallel(2, threads);
    scheduler.init();
    Scheduler.Worker worker = scheduler.createWorker();
    for (Thread thread : threads.made) {
      assertSame(Thread.State.NEW, thread.getState());
    }
    worker.schedule(() -> {}, 1, HOURS);
    assertNotSame(Thread.State.NEW, threads.made.get(0).getState());
    assertSame(Thread.State.NEW, threads.made.get(1).getState());
    scheduler.dispose();
    awaitEnd(threads.made.get(0));
    assertSame(Thread.State.NEW, threads.made.get(1).getState());
    assertThrows(RejectedExecutionException.class, () -> scheduler.schedule(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> worker.schedule(() -> {}));
    assertSame(Thread.State.NEW, threads.made.get(1).getState());
  }

  @Test
  void aTaskMayDisposeTheSchedulerThatItRunsOn() {
    Threads threads = new Threads();
    Scheduler scheduler = Schedulers.zLoopFactory().newSingle(threads);
    scheduler.schedule(scheduler::dispose);
    awaitEnd(threads.made.getFirst());
  }

  @Test
  void gracefulDisposalRunsWhatWasAcceptedAndThenEndsTheThreads() {
    Threads threads = new Threads();
    Scheduler scheduler = Schedulers.zLoopFactory().newParallel(2, threads);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 4; i++) {
      scheduler.schedule(ran::incrementAndGet);
    }
    Await.completion(scheduler.disposeGracefully());
    assertEquals(4, ran.get());
    threads.made.forEach(UseZLoopsTest::awaitEnd);
  }

  @Test
  void gracefulDisposalOfOneThatWasNeverUsedCompletes() {
    Scheduler scheduler = Schedulers.zLoopFactory().newSingle(new Threads());
    Await.completion(scheduler.disposeGracefully());
    assertTrue(scheduler.isDisposed());
  }

  @Test
  void nettysThreadLocalsAreFastAndRemovedAtTheEnd() {
    CountDownLatch removed = new CountDownLatch(1);
    FastThreadLocal<Boolean> fast =
        new FastThreadLocal<>() {
          @Override
          protected void onRemoval(Boolean value) {
            if (value) {
              removed.countDown();
            }
          }
        };
    Scheduler scheduler = Schedulers.zLoopFactory().newSingle(new Threads());
    scheduler.schedule(() -> fast.set(FastThreadLocalThread.currentThreadHasFastThreadLocal()));
    Await.completion(scheduler.disposeGracefully());
    Await.down(removed);
  }

  // ---- what cannot be made

  @Test
  void aNumberOfLoopsBelowOneIsRefused() {
    Schedulers.useZLoops();
    assertEquals(
        "a parallel scheduler of 0 loops, expected at least 1",
        assertThrows(IllegalArgumentException.class, () -> Schedulers.newParallel("none", 0))
            .getMessage());
  }

  @Test
  void disposedSchedulersGiveTheirDescriptorsBack() {
    int before = descriptors();
    for (int i = 0; i < 20; i++) {
      Threads threads = new Threads();
      Scheduler scheduler = Schedulers.zLoopFactory().newParallel(2, threads);
      Place.of(scheduler); // the second loop is never started
      scheduler.dispose();
      awaitEnd(threads.made.getFirst());
    }
    int after = descriptors();
    assertTrue(after < before + 20, before + " descriptors before, " + after + " after");
  }

  /** How many the process has; what else goes on makes it some more or less. */
  private static int descriptors() {
    File descriptors = new File("/proc/self/fd");
    assumeTrue(descriptors.isDirectory(), "only Linux lists the descriptors there");
    return descriptors.list().length;
  }

  @Test
  void whereThreadsRunOutTheLoopsThatWereMadeAreClosed() {
    int before = descriptors();
    Threads threads = new Threads();
    assertEquals(
        "the thread factory made no thread",
        assertThrows(
                NullPointerException.class,
                () ->
                    Schedulers.zLoopFactory()
                        .newParallel(
                            30, task -> threads.made.size() < 29 ? threads.newThread(task) : null))
            .getMessage());
    assertEquals(29, threads.made.size());
    int after = descriptors();
    assertTrue(after < before + 29, before + " descriptors before, " + after + " after");
  }
}
