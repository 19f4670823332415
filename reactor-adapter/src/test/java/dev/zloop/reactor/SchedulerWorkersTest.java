package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;

/** Workers: one thread each, in order, and an end of their own. */
class SchedulerWorkersTest extends SchedulerContract {

  @Test
  void aWorkerRunsTasksInTheOrderInWhichAThreadGaveThem() {
    Scheduler.Worker worker = scheduler.createWorker();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    IntStream.range(0, 10_000).forEach(i -> worker.schedule(() -> order.add(i)));
    Await.idle(worker);
    assertEquals(IntStream.range(0, 10_000).boxed().toList(), order);
  }

  @Test
  void delaysThatAreNotPositiveMeanNow() {
    Scheduler.Worker worker = scheduler.createWorker();
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    worker.schedule(() -> order.add("1"));
    worker.schedule(() -> order.add("2"), 0, HOURS);
    worker.schedule(() -> order.add("3"), -1, HOURS);
    worker.schedule(() -> order.add("4"), Long.MIN_VALUE, HOURS);
    worker.schedulePeriodically(() -> order.add("5"), 0, 1, HOURS);
    worker.schedule(() -> order.add("6"));
    Await.idle(worker);
    assertEquals(List.of("1", "2", "3", "4", "5", "6"), order);
  }

  @Test
  void aWorkersTasksNeverOverlapAndStayOnOneThread() {
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicInteger running = new AtomicInteger();
    Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
    AtomicBoolean overlapped = new AtomicBoolean();
    CountDownLatch ended = new CountDownLatch(4_000);
    Runnable task =
        () -> {
          overlapped.compareAndSet(false, running.getAndIncrement() != 0);
          threads.add(Thread.currentThread());
          running.getAndDecrement();
          ended.countDown();
        };
    List<Thread> givers =
        IntStream.range(0, 4)
            .mapToObj(giver ->
                Thread.ofPlatform()
                    .start(() -> {
                      for (int i = 0; i < 500; i++) {
                        worker.schedule(task);
                        worker.schedule(task, giver, NANOSECONDS);
                      }
                    }))
            .toList();
    Await.down(ended);
    Await.until(() -> givers.stream().noneMatch(Thread::isAlive));
    assertFalse(overlapped.get());
    assertEquals(1, threads.size());
  }

  @Test
  void workersTakeTheThreadsInTurn() {
    Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
    CountDownLatch ended = new CountDownLatch(kind.threads());
    for (int i = 0; i < kind.threads(); i++) {
      scheduler
          .createWorker()
          .schedule(() -> {
            threads.add(Thread.currentThread());
            ended.countDown();
          });
    }
    Await.down(ended);
    assertEquals(kind.threads(), threads.size());
  }

  @Test
  void aDisposedWorkerRefusesWithReactorsInstance() {
    Scheduler.Worker worker = scheduler.createWorker();
    assertFalse(worker.isDisposed());
    worker.dispose();
    worker.dispose();
    assertTrue(worker.isDisposed());
    for (Function<Runnable, Disposable> way : ways(worker)) {
      assertSame(
          Exceptions.failWithRejected(),
          assertThrows(RejectedExecutionException.class, () -> way.apply(() -> {})));
    }
  }

  @Test
  void disposingAWorkerCancelsWhatIsPendingThereAndNowhereElse() {
    List<Held> held = holdAllThreads();
    AtomicInteger ran = new AtomicInteger();
    AtomicInteger ranElsewhere = new AtomicInteger();
    Scheduler.Worker worker = scheduler.createWorker();
    Scheduler.Worker other = scheduler.createWorker();
    List<Disposable> tasks = new ArrayList<>();
    ways(worker).forEach(way -> tasks.add(way.apply(ran::incrementAndGet)));
    other.schedule(ranElsewhere::incrementAndGet);
    other.schedule(ranElsewhere::incrementAndGet, 1, NANOSECONDS);
    scheduler.schedule(ranElsewhere::incrementAndGet);
    worker.dispose();
    tasks.forEach(task -> assertTrue(task.isDisposed()));
    held.forEach(Held::release);
    Await.completion(scheduler.disposeGracefully());
    assertEquals(0, ran.get());
    assertEquals(3, ranElsewhere.get());
  }

  @Test
  void aTaskMayDisposeItsWorker() {
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch disposed = new CountDownLatch(1);
    Held held = new Held();
    worker.schedule(held);
    held.awaitBegun();
    worker.schedule(() -> {
      worker.dispose();
      disposed.countDown();
    });
    worker.schedule(ran::incrementAndGet);
    held.release();
    Await.down(disposed);
    Await.completion(scheduler.disposeGracefully());
    assertEquals(0, ran.get());
  }
}
