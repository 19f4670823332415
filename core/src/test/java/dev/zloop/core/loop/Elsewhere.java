package dev.zloop.core.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

/** Threads other than the test's. */
final class Elsewhere {

  interface Action {
    void run() throws Exception;
  }

  private Elsewhere() {}

  /** Runs an action on a thread of its own and returns when it has ended. */
  static void run(Action action) {
    await(start(action));
  }

  /** Starts an action on a thread of its own. */
  static CompletableFuture<Void> start(Action action) {
    var ended = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .daemon()
        .name("elsewhere")
        .start(() -> {
          try {
            action.run();
            ended.complete(null);
          } catch (Throwable error) {
            ended.completeExceptionally(error);
          }
        });
    return ended;
  }

  /** Runs actions on a thread each, which set off together, and returns when all have ended. */
  static void runTogether(List<Action> actions) {
    var gate = new CyclicBarrier(actions.size());
    var ends = new ArrayList<CompletableFuture<Void>>();
    for (Action action : actions) {
      ends.add(
          start(() -> {
            gate.await(Patience.SECONDS, TimeUnit.SECONDS);
            action.run();
          }));
    }
    ends.forEach(Elsewhere::await);
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.orTimeout(Patience.SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }
}
