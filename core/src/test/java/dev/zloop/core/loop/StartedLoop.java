package dev.zloop.core.loop;

import dev.zloop.nativereactor.Backend;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A loop on a {@link BlockingIo} with a thread of its own. */
final class StartedLoop implements AutoCloseable {
  final BlockingIo io = new BlockingIo();
  final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

  /** What ended the loop's thread, if an exception did. */
  final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

  final EventLoop loop =
      new EventLoop(
          new EventLoop.Parts(
              "started",
              Backend.EPOLL,
              io,
              Clock.SYSTEM,
              this::thread,
              Runnable::run,
              (loop, error) -> errors.add(error)));

  volatile Thread thread;

  StartedLoop() {
    loop.start();
  }

  private Thread thread(Runnable task) {
    thread = LoopThread.FACTORY.newThread(task);
    thread.setUncaughtExceptionHandler((t, error) -> uncaught.add(error));
    return thread;
  }

  /** Returns once the loop waits in the kernel with nothing to do. */
  void awaitSleep() throws InterruptedException {
    // What counts is a wait that begins after this task.
    Elsewhere.await(CompletableFuture.runAsync(io.waits::drainPermits, loop));
    if (!io.waits.tryAcquire(Patience.SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the loop does not sleep");
    }
  }

  /** Runs something on the loop, and tells its end. */
  CompletableFuture<Void> run(Runnable task) {
    return CompletableFuture.runAsync(task, loop);
  }

  void awaitClosed() throws InterruptedException, ExecutionException, TimeoutException {
    loop.onClosed().toCompletableFuture().get(Patience.SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    loop.close();
    try {
      if (!thread.join(Duration.ofSeconds(Patience.SECONDS))) {
        throw new AssertionError("the loop's thread does not end");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
