package dev.zloop.core.edge;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A loop of the usual kind, on its own thread; and errors that its callbacks throw are failures.
 */
final class RunningLoop implements AutoCloseable {
  final EventLoop loop;

  /** What the error handler was told. A test that expects some clears it. */
  final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

  RunningLoop() {
    this(ZLoop.builder());
  }

  RunningLoop(Executor executor) {
    this(ZLoop.builder().executor(executor));
  }

  private RunningLoop(ZLoop.Builder builder) {
    loop = (EventLoop) builder.errorHandler((loop, error) -> errors.add(error)).build().start();
  }

  interface Action {
    void run() throws Exception;
  }

  /** Runs something in a turn of the loop and returns its result. */
  <T> T call(Callable<T> callable) throws Exception {
    var result = new CompletableFuture<T>();
    loop.execute(() -> {
      try {
        result.complete(callable.call());
      } catch (Throwable e) {
        result.completeExceptionally(e);
      }
    });
    return Waiting.the(result);
  }

  void run(Action action) throws Exception {
    call(() -> {
      action.run();
      return null;
    });
  }

  /** Returns once the loop has done what it had to do by now, and what that led to. */
  void settle() throws Exception {
    for (int turns = 0; turns < 5; turns++) {
      run(() -> {});
    }
  }

  void awaitClosed() {
    var closed = loop.onClosed().toCompletableFuture();
    closed.orTimeout(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    loop.close();
    awaitClosed();
    if (!errors.isEmpty()) {
      throw new AssertionError("an error that the test did not expect", errors.peek());
    }
  }
}
