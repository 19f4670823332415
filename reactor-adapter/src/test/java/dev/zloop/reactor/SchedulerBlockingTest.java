package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** What Reactor says to who would block a scheduler's thread. */
class SchedulerBlockingTest extends SchedulerContract {

  /** Each way to wait for a publisher. */
  private static final List<Supplier<Object>> WAITS =
      List.of(
          () -> Mono.never().block(),
          () -> Mono.never().block(Await.PATIENCE),
          () -> Mono.never().blockOptional(Await.PATIENCE),
          () -> Flux.never().blockFirst(Await.PATIENCE),
          () -> Flux.never().blockLast(Await.PATIENCE),
          () -> Flux.never().toIterable().iterator().hasNext(),
          () -> Flux.never().toStream().findFirst());

  @BeforeEach
  void requireLoops() {
    assumeTrue(kind.isOurs(), "Reactor's own run on threads here that may block");
  }

  /** What a wait fails with there; Reactor names the thread, which this leaves out. */
  private static String refusal(Scheduler scheduler, Supplier<Object> wait) {
    CompletableFuture<String> refusal = new CompletableFuture<>();
    scheduler.schedule(() -> {
      try {
        refusal.complete("returned " + wait.get());
      } catch (Throwable error) {
        refusal.complete(error.toString().replace(Thread.currentThread().getName(), "THREAD"));
      }
    });
    return refusal.join();
  }

  @Test
  void everyWaitIsRefusedInReactorsWords() {
    Scheduler control = reactor.core.scheduler.Schedulers.newSingle("control", true);
    for (Supplier<Object> wait : WAITS) {
      String expected = refusal(control, wait);
      assertTrue(expected.contains("blocking, which is not supported in thread THREAD"), expected);
      assertEquals(expected, refusal(scheduler, wait));
    }
    control.dispose();
  }

  @Test
  void blockIsRefusedInTheseWords() {
    assertEquals(
        "java.lang.IllegalStateException: block()/blockFirst()/blockLast() are blocking,"
            + " which is not supported in thread THREAD",
        refusal(scheduler, () -> Mono.never().block()));
  }

  @Test
  void whatIsThereAlreadyIsNotWaitedForButRefusedTooAsReactorsOwn() {
    Scheduler control = reactor.core.scheduler.Schedulers.newSingle("control", true);
    Supplier<Object> wait = () -> Mono.just(1).block();
    assertEquals(refusal(control, wait), refusal(scheduler, wait));
    control.dispose();
  }

  @Test
  void itsThreadsAreNonBlocking() {
    CompletableFuture<Boolean> nonBlocking = new CompletableFuture<>();
    scheduler.schedule(() -> nonBlocking.complete(Schedulers.isInNonBlockingThread()));
    assertTrue(nonBlocking.join());
  }
}
