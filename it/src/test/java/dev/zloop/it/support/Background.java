package dev.zloop.it.support;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** What a test does beside itself, each on a thread of its own. */
public final class Background {

  /** Something that may fail. */
  @FunctionalInterface
  public interface Action {
    void run() throws Exception;
  }

  private Background() {}

  public static CompletableFuture<Void> run(Action action) {
    return call(() -> {
      action.run();
      return null;
    });
  }

  public static <T> CompletableFuture<T> call(Callable<T> action) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("background")
        .start(() -> {
          try {
            future.complete(action.call());
          } catch (Throwable error) {
            future.completeExceptionally(error);
          }
        });
    return future;
  }
}
