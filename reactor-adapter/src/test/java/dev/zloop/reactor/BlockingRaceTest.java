package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/** Where a result goes: to its subscriber or to the discard hook; to one of them, and once. */
class BlockingRaceTest {
  private static final int ROUNDS = 500;

  /** In the order in which they were given, whatever the tasks are. */
  private final Scheduler place = Schedulers.newSingle("place");

  @AfterEach
  void disposePlace() {
    place.dispose();
  }

  /** Counts, and requests nothing by itself. */
  private static final class Counting implements CoreSubscriber<Object> {
    final AtomicInteger values = new AtomicInteger();
    final AtomicInteger completions = new AtomicInteger();
    final AtomicInteger discarded = new AtomicInteger();
    final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final Context context =
        Operators.enableOnDiscard(Context.empty(), value -> discarded.getAndIncrement());

    @Override
    public Context currentContext() {
      return context;
    }

    @Override
    public void onSubscribe(Subscription given) {}

    @Override
    public void onNext(Object value) {
      values.getAndIncrement();
    }

    @Override
    public void onError(Throwable error) {
      errors.add(error);
    }

    @Override
    public void onComplete() {
      completions.getAndIncrement();
    }
  }

  @Test
  void whoeverIsFasterEachResultIsToldOrDiscardedOnce() {
    ZLoop loop = ZLoop.builder().threadFactory(ZLoopThreads.factory()).build().start();
    for (int round = 0; round < ROUNDS; round++) {
      Counting counting = new Counting();
      AtomicInteger results = new AtomicInteger();
      BlockingCall<Integer> call =
          new BlockingCall<>(results::incrementAndGet, place, (EventLoop) loop, counting);
      CountDownLatch requested = new CountDownLatch(1);
      Schedulers.parallel()
          .schedule(() -> {
            call.request(1);
            requested.countDown();
          });
      call.start();
      for (int spins = round % 50 * 40; spins > 0; spins--) {
        Thread.onSpinWait();
      }
      call.cancel();
      Await.down(requested);
      passThrough(place);
      passThrough(Schedulers.fromZLoop(loop));
      assertEquals(
          results.get(), counting.values.get() + counting.discarded.get(), "results that were");
      assertTrue(counting.completions.get() <= counting.values.get());
      assertEquals(List.of(), List.copyOf(counting.errors));
    }
    loop.close();
  }

  private static void passThrough(Scheduler scheduler) {
    CountDownLatch behind = new CountDownLatch(1);
    scheduler.schedule(behind::countDown);
    Await.down(behind);
  }

  @Test
  void aLoopThatEndsWithTheResultOnItsWayIsAnError() {
    Queue<Throwable> reported = new ConcurrentLinkedQueue<>();
    ZLoop loop = ZLoop.builder().errorHandler((of, error) -> reported.add(error)).build();
    Counting counting = new Counting();
    BlockingCall<String> call =
        new BlockingCall<>(() -> "result", Schedulers.immediate(), (EventLoop) loop, counting);
    call.request(1);
    call.start();
    assertTrue(counting.errors.isEmpty());
    loop.close(); // which never ran a turn
    assertEquals(1, counting.errors.size());
    assertInstanceOf(RejectedExecutionException.class, counting.errors.peek());
    assertEquals(1, counting.discarded.get());
    assertEquals(0, counting.values.get() + counting.completions.get());
  }
}
