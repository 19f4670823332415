package dev.zloop.core.loop;

import static dev.zloop.core.ZLoop.NO_DEADLINE;

import dev.zloop.nativereactor.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A loop on a {@link FakeIo} that the test's own thread turns, so that every turn is the same. */
final class DrivenLoop {
  final FakeIo io = new FakeIo();

  /** What the error handler was told. */
  final List<Throwable> errors = new ArrayList<>();

  /** What tasks noted, in the order in which they ran. */
  final List<String> trace = new ArrayList<>();

  final EventLoop loop =
      new EventLoop(
          new EventLoop.Parts(
              "driven",
              Backend.EPOLL,
              io,
              io,
              LoopThread.FACTORY,
              Runnable::run,
              (loop, error) -> errors.add(error)));

  /** A turn that may wait for ever. */
  int turn() {
    return loop.runOnce(NO_DEADLINE, true, Integer.MAX_VALUE);
  }

  /** A turn that may not wait. */
  int poll() {
    return loop.runOnce(NO_DEADLINE, false, Integer.MAX_VALUE);
  }

  /** A task that notes that it ran, and is called so in messages. */
  Runnable note(String word) {
    return new Runnable() {
      @Override
      public void run() {
        trace.add(word);
      }

      @Override
      public String toString() {
        return word;
      }
    };
  }

  /** Executes from a thread that is not the loop's. */
  void executeElsewhere(Runnable task) {
    Elsewhere.run(() -> loop.execute(task));
  }

  boolean isClosed() {
    return closed().isDone();
  }

  CompletableFuture<Void> closed() {
    return loop.onClosed().toCompletableFuture();
  }
}
