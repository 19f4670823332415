package dev.zloop.reactor;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.context.ContextRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Thread locals that follow a task, or a context, to a scheduler's threads and no further. */
class SchedulerContextTest extends SchedulerContract {
  private static final String KEY = "contract";
  private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();

  @BeforeEach
  void register() {
    ContextRegistry.getInstance().registerThreadLocalAccessor(KEY, LOCAL);
    LOCAL.set("mine");
  }

  @AfterEach
  void remove() {
    Hooks.disableAutomaticContextPropagation();
    ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
    LOCAL.remove();
  }

  private static Optional<String> seen() {
    return Optional.ofNullable(LOCAL.get());
  }

  /** What each of the scheduler's threads has when nobody brought anything. */
  private void assertThreadsAreClean() {
    Hooks.disableAutomaticContextPropagation();
    ConcurrentLinkedQueue<Optional<String>> left = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < kind.threads(); i++) {
      scheduler.createWorker().schedule(() -> left.add(seen()));
    }
    Await.until(() -> left.size() == kind.threads());
    left.forEach(value -> assertEquals(Optional.empty(), value));
  }

  // ---- automatic

  @Test
  void eachTaskSeesTheThreadLocalsOfWhoGaveIt() {
    Hooks.enableAutomaticContextPropagation();
    Scheduler.Worker worker = scheduler.createWorker();
    for (Function<Runnable, Disposable> way :
        List.<Function<Runnable, Disposable>>of(
            scheduler::schedule,
            task -> scheduler.schedule(task, 1, NANOSECONDS),
            task -> scheduler.schedulePeriodically(task, 0, 1, MILLISECONDS),
            worker::schedule,
            task -> worker.schedule(task, 1, NANOSECONDS),
            task -> worker.schedulePeriodically(task, 1, 1, MILLISECONDS),
            task -> worker.schedulePeriodically(task, 0, 0, MILLISECONDS))) {
      ConcurrentLinkedQueue<Optional<String>> seen = new ConcurrentLinkedQueue<>();
      LOCAL.set("given");
      Disposable task = way.apply(() -> seen.add(seen()));
      LOCAL.set("changed since");
      Await.until(() -> !seen.isEmpty());
      task.dispose();
      seen.forEach(value -> assertEquals(Optional.of("given"), value));
    }
    assertThreadsAreClean();
  }

  @Test
  void tasksThatTasksGiveSeeThemToo() {
    Hooks.enableAutomaticContextPropagation();
    ConcurrentLinkedQueue<Optional<String>> seen = new ConcurrentLinkedQueue<>();
    Scheduler.Worker worker = scheduler.createWorker();
    worker.schedule(() -> worker.schedule(() -> worker.schedule(() -> seen.add(seen()))));
    Await.until(() -> !seen.isEmpty());
    assertEquals(Optional.of("mine"), seen.peek());
    assertThreadsAreClean();
  }

  @Test
  void aTaskThatThrowsLeavesNothingBehind() {
    Hooks.enableAutomaticContextPropagation();
    ConcurrentLinkedQueue<Optional<String>> handled = new ConcurrentLinkedQueue<>();
    Schedulers.onHandleError(KEY, (thread, error) -> handled.add(seen()));
    try {
      scheduler.schedule(() -> {
        Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
        throw new IllegalStateException("planted");
      });
      Await.until(() -> !handled.isEmpty());
    } finally {
      Schedulers.resetOnHandleError(KEY);
    }
    assertThreadsAreClean();
  }

  @Test
  void operatorsSeeTheSubscribersContext() {
    Hooks.enableAutomaticContextPropagation();
    List<Optional<String>> seen =
        Flux.just(1, 2)
            .hide()
            .publishOn(scheduler)
            .map(i -> seen())
            .delayElements(Duration.ofNanos(1), scheduler)
            .concatMap(before -> Flux.just(before, seen()))
            .contextWrite(context -> context.put(KEY, "of the context"))
            .collectList()
            .block(Await.PATIENCE);
    Optional<String> expected = Optional.of("of the context");
    assertEquals(List.of(expected, expected, expected, expected), seen);
    assertEquals(Optional.of("mine"), seen());
    assertThreadsAreClean();
  }

  @Test
  void blockCapturesWhatItsCallerHas() {
    Hooks.enableAutomaticContextPropagation();
    assertEquals(
        Optional.of("mine"),
        Mono.fromCallable(SchedulerContextTest::seen).subscribeOn(scheduler).block(Await.PATIENCE));
    assertThreadsAreClean();
  }

  // ---- by hand

  @Test
  void withoutTheHookTasksSeeNothing() {
    assertThreadsAreClean();
  }

  @Test
  void whatWasCapturedByHandIsRestoredInHandleAndNotElsewhere() {
    ConcurrentLinkedQueue<Optional<String>> seen = new ConcurrentLinkedQueue<>();
    List<Optional<String>> handled =
        Flux.just(1)
            .publishOn(scheduler)
            .map(i -> seen.add(seen()))
            .<Optional<String>>handle((i, sink) -> sink.next(seen()))
            .contextCapture()
            .collectList()
            .block(Await.PATIENCE);
    assertEquals(List.of(Optional.of("mine")), handled);
    assertEquals(List.of(Optional.empty()), List.copyOf(seen)); // map does not restore
    assertThreadsAreClean();
  }
}
