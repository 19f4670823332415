package dev.zloop.it;

import dev.zloop.core.BlockedLoop;
import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import java.util.concurrent.CompletableFuture;

/**
 * A program of its own, for {@link WatchdogIT}: it remembers where tasks come from, gives its loop
 * one that computes until the watchdog has seen it and then throws, and prints what it hears.
 */
final class WatchdogProbe {
  private static volatile boolean seen;

  private WatchdogProbe() {}

  public static void main(String[] arguments) throws InterruptedException {
    CompletableFuture<BlockedLoop> report = new CompletableFuture<>();
    CompletableFuture<Throwable> error = new CompletableFuture<>();
    ZLoop loop =
        ZLoop.builder()
            .name("probe")
            .blockedHandler(report::complete)
            .errorHandler((where, thrown) -> error.complete(thrown))
            .build()
            .start();
    Thread giver = new Thread(() -> whoGivesTheTask(loop), "giver");
    giver.start();
    giver.join();
    System.out.println("report: " + Await.completion(report));
    seen = true;
    Throwable thrown = Await.completion(error);
    System.out.println(
        "error: " + thrown.getMessage() + ", " + thrown.getSuppressed()[0].getMessage());
    loop.close();
    Await.completion(loop.onClosed());
    Await.until("the watchdog's end", () -> !isThere("zloop-watchdog"));
    System.out.println("watchdog: gone");
  }

  private static void whoGivesTheTask(ZLoop loop) {
    loop.execute(() -> {
      while (!seen) {}
      throw new IllegalStateException("planted");
    });
  }

  private static boolean isThere(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals(name));
  }
}
