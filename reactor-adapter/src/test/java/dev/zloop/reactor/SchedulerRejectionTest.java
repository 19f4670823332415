package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;

/** What operators make of a scheduler that refuses their tasks. */
class SchedulerRejectionTest extends SchedulerContract {
  private static final Duration DELAY = Duration.ofNanos(1);

  /** Operators that give a task to the scheduler before anything is emitted. */
  private static final List<Function<Scheduler, Publisher<?>>> OPERATORS =
      List.of(
          scheduler -> Flux.range(0, 3).publishOn(scheduler),
          scheduler -> Flux.range(0, 3).hide().publishOn(scheduler),
          scheduler -> Mono.just(1).publishOn(scheduler),
          scheduler -> Mono.just(1).hide().publishOn(scheduler),
          scheduler -> Flux.range(0, 3).subscribeOn(scheduler),
          scheduler -> Flux.range(0, 3).hide().subscribeOn(scheduler),
          scheduler -> Mono.just(1).subscribeOn(scheduler),
          scheduler -> Mono.fromCallable(() -> 1).subscribeOn(scheduler),
          scheduler -> Flux.range(0, 3).delayElements(DELAY, scheduler),
          scheduler -> Mono.just(1).delayElement(DELAY, scheduler),
          scheduler -> Mono.just(1).delaySubscription(DELAY, scheduler),
          scheduler -> Mono.delay(DELAY, scheduler),
          scheduler -> Flux.interval(DELAY, DELAY, scheduler),
          scheduler -> Flux.range(0, 3).parallel(2).runOn(scheduler).sequential());

  private static Throwable errorOf(Publisher<?> publisher) {
    return assertThrows(
        RejectedExecutionException.class, () -> Flux.from(publisher).blockLast(Await.PATIENCE));
  }

  @Test
  void operatorsSignalThatTheirTaskWasRefused() {
    scheduler.dispose();
    for (Function<Scheduler, Publisher<?>> operator : OPERATORS) {
      StepVerifier.create(operator.apply(scheduler))
          .expectErrorSatisfies(error -> {
            assertInstanceOf(RejectedExecutionException.class, error);
            assertEquals("Scheduler unavailable", error.getMessage());
          })
          .verify(Await.PATIENCE);
    }
  }

  @Test
  void theRefusalsCauseIsWhatTheSchedulerThrew() {
    scheduler.dispose();
    Throwable error = errorOf(Flux.range(0, 3).publishOn(scheduler));
    assertInstanceOf(RejectedExecutionException.class, error.getCause());
  }

  @Test
  void theRefusalPassesTheHookOfOperatorsErrors() {
    scheduler.dispose();
    List<Throwable> heard = Collections.synchronizedList(new ArrayList<>());
    IllegalStateException instead = new IllegalStateException("instead");
    Hooks.onOperatorError(
        "contract",
        (error, data) -> {
          heard.add(error);
          return instead;
        });
    try {
      for (Function<Scheduler, Publisher<?>> operator :
          List.<Function<Scheduler, Publisher<?>>>of(
              unavailable -> Flux.range(0, 3).publishOn(unavailable),
              unavailable -> Flux.range(0, 3).subscribeOn(unavailable),
              unavailable -> Mono.delay(DELAY, unavailable))) {
        StepVerifier.create(operator.apply(scheduler))
            .expectErrorSatisfies(error -> assertSame(instead, error))
            .verify(Await.PATIENCE);
      }
    } finally {
      Hooks.resetOnOperatorError("contract");
    }
    assertEquals(3, heard.size());
    heard.forEach(error -> assertInstanceOf(RejectedExecutionException.class, error));
  }

  @Test
  void aTimeoutThatCannotBeScheduledTimesOut() {
    scheduler.dispose();
    StepVerifier.create(Mono.never().timeout(Duration.ofDays(1), scheduler))
        .expectError(TimeoutException.class)
        .verify(Await.PATIENCE);
  }

  @Test
  void whatIsPublishedAfterTheEndIsDiscardedAndTheRefusalSignalled() {
    Sinks.Many<Integer> sink = Sinks.many().unicast().onBackpressureBuffer();
    List<Object> received = Collections.synchronizedList(new ArrayList<>());
    List<Object> discarded = Collections.synchronizedList(new ArrayList<>());
    AtomicReference<Throwable> end = new AtomicReference<>();
    sink.asFlux()
        .hide()
        .publishOn(scheduler)
        .doOnDiscard(Integer.class, discarded::add)
        .subscribe(received::add, end::set);
    sink.tryEmitNext(1);
    Await.until(() -> received.equals(List.of(1)));
    scheduler.dispose();
    sink.tryEmitNext(2);
    Await.until(() -> end.get() != null);
    assertInstanceOf(RejectedExecutionException.class, end.get());
    assertEquals(List.of(1), received);
    assertEquals(List.of(2), discarded);
  }

  @Test
  void whatATaskThrowsAfterItsSubscriberWentIsDropped() {
    IllegalStateException planted = new IllegalStateException("planted");
    AtomicReference<Throwable> dropped = new AtomicReference<>();
    Held held = new Held();
    Hooks.onErrorDropped(dropped::set);
    try {
      Disposable subscription =
          Mono.fromRunnable(
                  () -> {
                    held.run();
                    throw planted;
                  })
              .subscribeOn(scheduler)
              .subscribe();
      held.awaitBegun();
      subscription.dispose();
      held.release();
      Await.until(() -> dropped.get() != null);
    } finally {
      Hooks.resetOnErrorDropped();
    }
    assertSame(planted, dropped.get());
  }
}
