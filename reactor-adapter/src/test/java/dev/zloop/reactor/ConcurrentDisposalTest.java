package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoopGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.TestInstance;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.scheduler.Scheduler;

/** Threads that schedule, against one that disposes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConcurrentDisposalTest {
  private static final int GIVERS = 3;
  private static final int TASKS = 300;

  private ZLoopGroup group;

  @BeforeAll
  void open() {
    group = ZLoopGroup.of(2);
  }

  @AfterAll
  void close() {
    group.close();
  }

  /** Runs the givers, and in their midst what disposes; returns when all have ended. */
  private static void race(Runnable giving, Runnable disposing) throws Exception {
    CyclicBarrier start = new CyclicBarrier(GIVERS + 1);
    List<Thread> givers =
        IntStream.range(0, GIVERS)
            .mapToObj(i ->
                Thread.ofPlatform()
                    .start(() -> {
                      try {
                        start.await();
                      } catch (Exception e) {
                        throw new AssertionError(e);
                      }
                      for (int task = 0; task < TASKS; task++) {
                        try {
                          giving.run();
                        } catch (RejectedExecutionException refused) {
                          return;
                        }
                      }
                    }))
            .toList();
    start.await();
    disposing.run();
    for (Thread giver : givers) {
      giver.join();
    }
  }

  @RepeatedTest(100)
  void gracefulDisposalEndsAfterExactlyWhatWasAccepted() throws Exception {
    Scheduler scheduler = Schedulers.fromZLoop(group);
    AtomicInteger accepted = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger ranWhenDone = new AtomicInteger(-1);
    ThreadLocal<Scheduler.Worker> worker = ThreadLocal.withInitial(scheduler::createWorker);
    race(
        () -> {
          scheduler.schedule(ran::incrementAndGet);
          accepted.incrementAndGet();
          worker.get().schedule(ran::incrementAndGet);
          accepted.incrementAndGet();
          worker.get().schedule(ran::incrementAndGet, 1, NANOSECONDS);
          accepted.incrementAndGet();
        },
        () ->
            scheduler.disposeGracefully().subscribe(null, null, () -> ranWhenDone.set(ran.get())));
    Await.until(() -> ranWhenDone.get() >= 0);
    assertEquals(accepted.get(), ranWhenDone.get());
    assertEquals(accepted.get(), ran.get());
  }

  @RepeatedTest(100)
  void disposingLeavesNoTaskBehind() throws Exception {
    Scheduler scheduler = Schedulers.fromZLoop(group);
    race(
        () -> {
          scheduler.schedule(() -> {}, 1, HOURS);
          scheduler.createWorker().schedulePeriodically(() -> {}, 0, 0, HOURS);
          scheduler.createWorker().schedulePeriodically(() -> {}, 1, 1, NANOSECONDS);
        },
        scheduler::dispose);
    Await.completion(scheduler.disposeGracefully());
  }

  @RepeatedTest(100)
  void disposingAWorkerLeavesNoTaskBehind() throws Exception {
    Scheduler scheduler = Schedulers.fromZLoop(group);
    Scheduler.Worker worker = scheduler.createWorker();
    race(
        () -> {
          worker.schedule(() -> {}, 1, HOURS);
          worker.schedulePeriodically(() -> {}, 0, 0, HOURS);
          worker.schedulePeriodically(() -> {}, 1, 1, NANOSECONDS);
        },
        worker::dispose);
    assertEquals(0, Scannable.from(worker).scan(Attr.BUFFERED));
    Await.completion(scheduler.disposeGracefully());
  }

  @RepeatedTest(100)
  void disposingATaskAgainstItsRunEndsItOnce() throws Exception {
    Scheduler scheduler = Schedulers.fromZLoop(group);
    Scheduler.Worker worker = scheduler.createWorker();
    List<Disposable> tasks = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      tasks.add(worker.schedule(() -> {}));
      tasks.add(worker.schedule(() -> {}, 1, NANOSECONDS));
      tasks.add(worker.schedulePeriodically(() -> {}, 0, 1, NANOSECONDS));
      tasks.add(worker.schedulePeriodically(() -> {}, 0, 0, NANOSECONDS));
    }
    tasks.forEach(Disposable::dispose);
    tasks.forEach(task -> assertTrue(task.isDisposed()));
    Await.until(() -> Integer.valueOf(0).equals(Scannable.from(worker).scan(Attr.BUFFERED)));
    Await.completion(scheduler.disposeGracefully());
  }

  @RepeatedTest(50)
  void gracefulDisposalOfOwnLoopsEndsAfterExactlyWhatWasAccepted() throws Exception {
    Scheduler scheduler = Schedulers.zLoopFactory().newParallel(2, ZLoopThreads.factory());
    AtomicInteger accepted = new AtomicInteger();
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger ranWhenDone = new AtomicInteger(-1);
    race(
        () -> {
          scheduler.schedule(ran::incrementAndGet);
          accepted.incrementAndGet();
          scheduler.schedule(ran::incrementAndGet, 1, NANOSECONDS);
          accepted.incrementAndGet();
        },
        () ->
            scheduler.disposeGracefully().subscribe(null, null, () -> ranWhenDone.set(ran.get())));
    Await.until(() -> ranWhenDone.get() >= 0);
    assertEquals(accepted.get(), ranWhenDone.get());
    assertEquals(accepted.get(), ran.get());
  }

  @RepeatedTest(50)
  void disposalOfOwnLoopsAgainstTheirFirstTaskEndsThem() throws Exception {
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    Scheduler scheduler =
        Schedulers.zLoopFactory()
            .newSingle(task -> {
              Thread thread = ZLoopThreads.factory().newThread(task);
              threads.add(thread);
              return thread;
            });
    race(() -> scheduler.schedule(() -> {}), scheduler::dispose);
    Await.completion(scheduler.disposeGracefully());
    Await.until(() -> threads.stream().noneMatch(Thread::isAlive));
    assertThrows(RejectedExecutionException.class, () -> scheduler.schedule(() -> {}));
    assertTrue(threads.stream().noneMatch(Thread::isAlive));
  }
}
