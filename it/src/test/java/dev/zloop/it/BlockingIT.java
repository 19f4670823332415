package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Loops;
import dev.zloop.reactor.Blocking;
import dev.zloop.reactor.Schedulers;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Blocking work by the hundred, from a loop and back to it. BlockHound watches: neither handing it
 * over nor calling it off may block the loop.
 */
class BlockingIT {
  private static final int CALLS = 500;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static Scheduler place(boolean virtual) {
    return virtual ? Blocking.virtualThreads() : Schedulers.boundedElastic();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyResultComesBackToTheLoop(boolean virtual) {
    ZLoop loop = LOOPS.first();
    Set<Thread> blocked = ConcurrentHashMap.newKeySet();
    Mono<Long> results =
        Flux.range(0, CALLS)
            .flatMap(
                number ->
                    Blocking.call(
                        () -> {
                          blocked.add(Thread.currentThread());
                          Thread.sleep(1); // which blocks
                          return number;
                        },
                        place(virtual)),
                CALLS)
            .doOnNext(number -> assertEquals(true, loop.inLoop()))
            .count()
            .subscribeOn(Schedulers.fromZLoop(loop));
    assertEquals(CALLS, Await.completion(results));
    assertEquals(true, blocked.stream().allMatch(thread -> thread.isVirtual() == virtual));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsCalledOffOnTheLoopIsInterrupted(boolean virtual) {
    AtomicInteger running = new AtomicInteger();
    Mono<?> waiting =
        Blocking.run(
            () -> {
              running.getAndIncrement();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException asked) {
                running.getAndDecrement();
              }
            },
            place(virtual));
    Disposable all =
        Flux.range(0, 10)
            .flatMap(number -> waiting, 10)
            .subscribeOn(Schedulers.fromZLoop(LOOPS.first()))
            .subscribe();
    Await.until("all to wait", () -> running.get() == 10);
    LOOPS.first().execute(all::dispose);
    Await.until("all to be interrupted", () -> running.get() == 0);
  }
}
