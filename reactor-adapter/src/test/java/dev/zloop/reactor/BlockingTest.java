package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Blocking work of a loop whose turns are the test's: the test's thread is the loop's. */
class BlockingTest {
  private final DrivenLoop driven = new DrivenLoop();
  private final Queue<Object> discarded = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();

  enum Place {
    BOUNDED_ELASTIC("boundedElastic-"),
    VIRTUAL_THREADS("zloop-virtual-");

    final String threadNames;

    Place(String threadNames) {
      this.threadNames = threadNames;
    }

    Scheduler scheduler() {
      return this == BOUNDED_ELASTIC ? Schedulers.boundedElastic() : Blocking.virtualThreads();
    }
  }

  /** What a subscriber was told, each with the thread. */
  private static final class Told extends BaseSubscriber<Object> {
    final Queue<String> signals = new ConcurrentLinkedQueue<>();
    final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    volatile Throwable error;
    private final boolean eager;

    Told(boolean eager) {
      this.eager = eager;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      if (eager) {
        requestUnbounded();
      }
    }

    private void tell(String signal) {
      threads.add(Thread.currentThread());
      signals.add(signal);
    }

    @Override
    protected void hookOnNext(Object value) {
      tell("value " + value);
    }

    @Override
    protected void hookOnComplete() {
      tell("complete");
    }

    @Override
    protected void hookOnError(Throwable thrown) {
      error = thrown;
      tell("error");
    }

    List<String> all() {
      return List.copyOf(signals);
    }
  }

  /** Work that has begun, and waits; interrupted or not, it ends only when it may. */
  private static final class Stubborn {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    String call() {
      begun.countDown();
      while (true) {
        try {
          mayEnd.await();
          return "result";
        } catch (InterruptedException again) {
          interrupted.countDown();
        }
      }
    }
  }

  @BeforeEach
  void hook() {
    Hooks.onErrorDropped(dropped::add);
    driven.turn(); // the loop is this thread's from here on
  }

  @AfterEach
  void close() {
    driven.closeLoop();
    Hooks.resetOnErrorDropped();
    assertEquals(List.of(), List.copyOf(dropped));
    assertEquals(List.of(), driven.errors);
  }

  private Told subscribe(Mono<?> mono, boolean eager) {
    Told told = new Told(eager);
    mono.doOnDiscard(Object.class, discarded::add).subscribe(told);
    return told;
  }

  private Told subscribe(Mono<?> mono) {
    return subscribe(mono, true);
  }

  /** Waits for a result to come to the loop, and runs the turn that tells it. */
  private void turnWithResult() {
    Await.until(() -> driven.loop.pendingTasks() > 0);
    driven.turn();
  }

  @ParameterizedTest
  @EnumSource
  void workRunsWhereItMayBlockAndItsResultIsToldOnTheLoop(Place place) {
    AtomicReference<Thread> worker = new AtomicReference<>();
    Told told =
        subscribe(
            Blocking.call(
                () -> {
                  worker.set(Thread.currentThread());
                  Thread.sleep(1); // which blocks
                  return "result";
                },
                place.scheduler()));
    assertEquals(List.of(), told.all());
    turnWithResult();
    assertEquals(List.of("value result", "complete"), told.all());
    told.threads.forEach(thread -> assertSame(Thread.currentThread(), thread));
    assertTrue(worker.get().getName().startsWith(place.threadNames), worker.get()::getName);
    assertEquals(place == Place.VIRTUAL_THREADS, worker.get().isVirtual());
  }

  @Test
  void whoSubscribesWhereNoLoopIsIsToldOnTheBlockingThread() {
    driven.closeLoop();
    Told told = subscribe(Blocking.call(() -> "result"));
    Await.until(() -> told.signals.size() == 2);
    String thread = told.threads.peek().getName();
    assertTrue(thread.startsWith("boundedElastic-"), thread);
  }

  @Test
  void aRunAndAResultOfNullAreEmpty() {
    AtomicInteger runs = new AtomicInteger();
    Mono<Void> run = Blocking.run(runs::incrementAndGet);
    assertEquals(0, runs.get());
    for (Mono<?> empty : List.of(run, run, Blocking.call(() -> null))) {
      Told told = subscribe(empty, false); // a completion needs no demand
      turnWithResult();
      assertEquals(List.of("complete"), told.all());
    }
    assertEquals(2, runs.get());
  }

  @Test
  void anErrorThatReactorTakesForFatalIsToldToo() {
    for (Error thrown :
        List.of(new NoClassDefFoundError("planted"), new StackOverflowError("planted"))) {
      Told told =
          subscribe(
              Blocking.call(() -> {
                throw thrown;
              }));
      turnWithResult();
      assertEquals(List.of("error"), told.all());
      assertSame(thrown, told.error);
    }
  }

  @Test
  void whatItThrowsIsToldOnTheLoopAsTheHooksHaveIt() {
    Hooks.onOperatorError("test", (error, value) -> new IOException("mapped", error));
    try {
      Exception thrown = new Exception("of the work");
      Told told =
          subscribe(
              Blocking.call(() -> {
                throw thrown;
              }));
      turnWithResult();
      assertEquals(List.of("error"), told.all());
      assertSame(Thread.currentThread(), told.threads.peek());
      assertEquals("mapped", told.error.getMessage());
      assertSame(thrown, told.error.getCause());
    } finally {
      Hooks.resetOnOperatorError("test");
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancellingInterruptsWhatRunsAndNobodyHearsOfIt(Place place) {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Told told =
        subscribe(
            Blocking.call(
                () -> {
                  begun.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } finally {
                    interrupted.countDown();
                  }
                  return "never";
                },
                place.scheduler()));
    Await.down(begun);
    told.cancel();
    Await.down(interrupted);
    driven.turn();
    assertEquals(List.of(), told.all());
  }

  @Test
  void whatIsCancelledBeforeItBeganIsNotBegun() {
    Stubborn stubborn = new Stubborn();
    Scheduler one = Schedulers.newBoundedElastic(1, 10, "one", 60, true);
    try {
      Told first = subscribe(Blocking.call(stubborn::call, one));
      Await.down(stubborn.begun);
      Told cancelled = subscribe(Blocking.call(() -> dropped.add(new Exception("begun")), one));
      Told last = subscribe(Blocking.call(() -> "last", one));
      cancelled.cancel();
      stubborn.mayEnd.countDown();
      Await.until(() -> driven.loop.pendingTasks() == 2);
      driven.turn();
      assertEquals(List.of("value result", "complete"), first.all());
      assertEquals(List.of("value last", "complete"), last.all());
      assertEquals(List.of(), cancelled.all());
    } finally {
      one.dispose();
    }
  }

  @Test
  void whoCancelsAsItIsSubscribedBeginsNothing() {
    AtomicInteger runs = new AtomicInteger();
    Blocking.call(runs::incrementAndGet, Schedulers.immediate())
        .subscribe(
            new BaseSubscriber<Object>() {
              @Override
              protected void hookOnSubscribe(Subscription subscription) {
                cancel();
              }
            });
    assertEquals(0, runs.get());
  }

  @Test
  void aResultThatComesNeverthelessIsDiscarded() {
    Stubborn stubborn = new Stubborn();
    Told told = subscribe(Blocking.call(stubborn::call));
    Await.down(stubborn.begun);
    told.cancel();
    Await.down(stubborn.interrupted);
    stubborn.mayEnd.countDown();
    Await.until(() -> !discarded.isEmpty());
    driven.turn();
    assertEquals(List.of(), told.all());
    assertEquals(List.of("result"), List.copyOf(discarded));
  }

  @Test
  void anErrorThatComesNeverthelessIsDroppedUnlessItIsTheInterruption() {
    CountDownLatch begun = new CountDownLatch(1);
    Told told =
        subscribe(
            Blocking.call(() -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException asked) {
                throw new IllegalStateException("of the work"); // without a cause
              }
              return null;
            }));
    Await.down(begun);
    told.cancel();
    Await.until(() -> !dropped.isEmpty());
    assertEquals("of the work", dropped.poll().getMessage());
  }

  @Test
  void aValueWaitsForDemandAndIsToldOnTheLoopWhoeverRequests() {
    CountDownLatch done = new CountDownLatch(1);
    Told told = subscribe(Blocking.call(() -> "result"), false);
    Scheduler other = Schedulers.newSingle("other");
    try {
      // What runs on a thread of the scheduler after it does so when it is done.
      settleElastic();
      driven.turn();
      assertEquals(List.of(), told.all());
      other.schedule(() -> {
        told.request(1);
        done.countDown();
      });
      Await.down(done);
      assertEquals(List.of(), told.all());
      turnWithResult();
      assertEquals(List.of("value result", "complete"), told.all());
      assertSame(Thread.currentThread(), told.threads.peek());
    } finally {
      other.dispose();
    }
  }

  @Test
  void aValueThatNobodyRequestedIsDiscardedByTheCancel() {
    Told told = subscribe(Blocking.call(() -> "result"), false);
    settleElastic();
    told.cancel();
    Await.until(() -> !discarded.isEmpty());
    told.request(1);
    driven.turn();
    assertEquals(List.of(), told.all());
    assertEquals(List.of("result"), List.copyOf(discarded));
  }

  /** Lets work have its chance to end; where it does not, a test is weaker, not wrong. */
  private static void settleElastic() {
    Blocking.run(() -> {}).subscribeOn(Schedulers.parallel()).block(Await.PATIENCE);
  }

  @Test
  void aResultThatIsOnItsWayIsDiscardedByTheCancel() {
    Told told = subscribe(Blocking.call(() -> "result"));
    Await.until(() -> driven.loop.pendingTasks() > 0);
    told.cancel();
    driven.turn();
    assertEquals(List.of(), told.all());
    assertEquals(List.of("result"), List.copyOf(discarded));
  }

  @Test
  void aClosedLoopIsAnErrorAndTheResultIsDiscarded() {
    Stubborn stubborn = new Stubborn();
    Told told = subscribe(Blocking.call(stubborn::call));
    Await.down(stubborn.begun);
    driven.closeLoop();
    stubborn.mayEnd.countDown();
    Await.until(() -> !told.signals.isEmpty());
    assertEquals(List.of("error"), told.all());
    assertInstanceOf(RejectedExecutionException.class, told.error);
    assertEquals(
        "loop driven is closed: it cannot be told the result of blocking work",
        told.error.getMessage());
    assertEquals(List.of("result"), List.copyOf(discarded));
  }

  @Test
  void aSchedulerThatIsFullIsAnErrorThatSaysWhich() {
    Stubborn stubborn = new Stubborn();
    Scheduler full = Schedulers.newBoundedElastic(1, 1, "full", 60, true);
    try {
      Told first = subscribe(Blocking.call(stubborn::call, full));
      Await.down(stubborn.begun);
      List<Told> more = new ArrayList<>();
      while (more.isEmpty() || more.getLast().error == null) {
        more.add(subscribe(Blocking.call(() -> "more", full)));
      }
      Throwable refusal = more.getLast().error;
      assertInstanceOf(RejectedExecutionException.class, refusal);
      String known = "blocking work is refused by " + full + ": Task capacity of bounded elastic";
      assertTrue(refusal.getMessage().startsWith(known), refusal::getMessage);
      more.forEach(Told::cancel);
      stubborn.mayEnd.countDown();
      turnWithResult();
      assertEquals(List.of("value result", "complete"), first.all());
    } finally {
      full.dispose();
    }
  }

  @Test
  void theContextIsTheSubscribers() {
    Mono<String> mono =
        Mono.deferContextual(context -> Blocking.call(() -> context.<String>get("key")))
            .flatMap(value -> Mono.deferContextual(c -> Mono.just(value + c.get("key"))));
    Told told = subscribe(mono.contextWrite(context -> context.put("key", "k")));
    turnWithResult();
    assertEquals(List.of("value kk", "complete"), told.all());
  }

  @Test
  void theSharedVirtualThreadsCannotBeDisposed() {
    Scheduler shared = Blocking.virtualThreads();
    shared.dispose();
    Await.completion(shared.disposeGracefully());
    Told told = subscribe(Blocking.call(() -> "result", shared));
    turnWithResult();
    assertEquals(List.of("value result", "complete"), told.all());
  }
}
