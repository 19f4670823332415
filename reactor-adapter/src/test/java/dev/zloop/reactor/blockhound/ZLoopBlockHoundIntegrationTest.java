package dev.zloop.reactor.blockhound;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.reactor.Schedulers;
import dev.zloop.reactor.ZLoopThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@ParameterizedClass
@EnumSource
class ZLoopBlockHoundIntegrationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Whose threads a loop runs on; set up as users do. */
  enum Threads {
    OF_THE_CORE {
      @Override
      ZLoop start() {
        return ZLoop.builder().build().start();
      }
    },
    OF_THE_ADAPTER {
      @Override
      ZLoop start() {
        return ZLoop.builder().threadFactory(ZLoopThreads.factory()).build().start();
      }
    };

    abstract ZLoop start();
  }

  private final ZLoop loop;

  ZLoopBlockHoundIntegrationTest(Threads threads) {
    loop = threads.start();
  }

  @AfterEach
  void close() {
    loop.close();
  }

  private static void sleep() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Throwable thrown(CompletableFuture<?> future) throws Exception {
    return future
        .handle((done, error) -> error instanceof CompletionException ? error.getCause() : error)
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void sleepingInAnOperatorIsCaught() {
    StepVerifier.create(
            Flux.range(0, 3)
                .publishOn(Schedulers.fromZLoop(loop))
                .doOnNext(i -> {
                  if (i == 1) {
                    sleep();
                  }
                }))
        .expectNext(0)
        .expectErrorSatisfies(error -> {
          assertInstanceOf(BlockingOperationError.class, error);
          String message = error.getMessage();
          assertTrue(message.startsWith("Blocking call! java.lang.Thread.sleep"), message);
        })
        .verify(PATIENCE);
  }

  @Test
  void sleepingIsCaughtHoweverATaskCameToTheLoop() throws Exception {
    for (Executor way :
        List.<Executor>of(
            loop,
            task -> loop.schedule(task, Duration.ofNanos(1)),
            Schedulers.fromZLoop(loop)::schedule,
            task -> Schedulers.fromZLoop(loop).schedule(task, 1, TimeUnit.NANOSECONDS))) {
      assertInstanceOf(
          BlockingOperationError.class,
          thrown(CompletableFuture.runAsync(ZLoopBlockHoundIntegrationTest::sleep, way)));
    }
  }

  @Test
  void sleepingElsewhereIsNot() {
    sleep();
    Mono.fromRunnable(ZLoopBlockHoundIntegrationTest::sleep)
        .subscribeOn(Schedulers.boundedElastic())
        .publishOn(Schedulers.fromZLoop(loop))
        .block(PATIENCE);
  }

  @Test
  void waitingForTheLockOfThePoolThatWorkIsHandedToIsAllowed() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    var queue =
        new LinkedBlockingQueue<Runnable>() {
          private static final long serialVersionUID = 1;

          @Override
          public boolean offer(Runnable task) {
            lock.lock();
            try {
              return super.offer(task);
            } finally {
              lock.unlock();
            }
          }
        };
    CompletableFuture<?> ran = new CompletableFuture<>();
    try (var pool = new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, queue);
        ZLoop handing = ZLoop.builder().executor(pool).build().start()) {
      lock.lock();
      CompletableFuture<Void> handed = handOver(handing, () -> ran.complete(null));
      while (!lock.hasQueuedThreads()) {
        assertFalse(handed.isDone());
        Thread.onSpinWait();
      }
      lock.unlock();
      handed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      ran.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void waitingForAPlaceInThePoolsQueueIsCaught() throws Exception {
    CompletableFuture<?> running = new CompletableFuture<>();
    var pool =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(1),
            (task, full) -> {
              sleep(); // as one that waits in queue.put
              throw new AssertionError("it was allowed to wait");
            });
    try (ZLoop handing = ZLoop.builder().executor(pool).build().start()) {
      handOver(handing, running::join).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      handOver(handing, () -> {}).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Throwable refusal = thrown(handOver(handing, () -> {}));
      assertInstanceOf(BlockingOperationError.class, refusal.getCause());
    } finally {
      running.complete(null);
      pool.shutdown();
    }
  }

  @Test
  void workThatTheExecutorRunsAtOnceIsCaught() throws Exception {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    try (ZLoop handing = ZLoop.builder().executor(Runnable::run).build().start()) {
      handOver(
              handing,
              () -> {
                try {
                  sleep();
                  heard.complete(null);
                } catch (Throwable error) {
                  heard.complete(error);
                }
              })
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    assertInstanceOf(BlockingOperationError.class, heard.join());
  }

  /** As everything that a loop has done elsewhere is. */
  private static CompletableFuture<Void> handOver(ZLoop loop, Runnable work) {
    return CompletableFuture.runAsync(() -> ((EventLoop) loop).offload(work), loop);
  }
}
