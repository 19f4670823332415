package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.core.ZLoop;
import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Thread locals of the subscriber's context, in blocking work and behind it. */
class BlockingContextTest {
  private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();

  private final ZLoop loop =
      ZLoop.builder().name("of-context").threadFactory(ZLoopThreads.factory()).build().start();

  @BeforeEach
  void propagate() {
    ContextRegistry.getInstance().registerThreadLocalAccessor("key", LOCAL);
    Hooks.enableAutomaticContextPropagation();
  }

  @AfterEach
  void stop() {
    Hooks.disableAutomaticContextPropagation();
    ContextRegistry.getInstance().removeThreadLocalAccessor("key");
    loop.close();
  }

  private static Mono<String> local(Scheduler scheduler) {
    return Mono.fromSupplier(() -> "no " + LOCAL.get()).subscribeOn(scheduler);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theyAreThereAndGoneAfterwards(boolean virtual) {
    Scheduler place = virtual ? Blocking.virtualThreads() : Schedulers.boundedElastic();
    Mono<String> work =
        Mono.just("start")
            .publishOn(Schedulers.fromZLoop(loop))
            .flatMap(start -> Blocking.call(() -> "work " + LOCAL.get(), place))
            .map(result -> result + ", " + Thread.currentThread().getName() + " " + LOCAL.get());

    assertEquals(
        "work value, of-context value",
        work.contextWrite(context -> context.put("key", "value")).block(Await.PATIENCE));

    assertEquals("no null", local(Schedulers.fromZLoop(loop)).block(Await.PATIENCE));
    assertEquals("no null", local(place).block(Await.PATIENCE));
  }
}
