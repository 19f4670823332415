package dev.zloop.reactor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.Scannable.Attr;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;

class SchedulersTest {

  private static String threadOf(Scheduler scheduler) {
    return Mono.fromSupplier(() -> Thread.currentThread().getName())
        .subscribeOn(scheduler)
        .block(Await.PATIENCE);
  }

  // ---- the shared one

  @Test
  void theSharedSchedulerIsAlwaysTheSame() {
    assertSame(Schedulers.fromZLoop(), Schedulers.fromZLoop());
    assertSame(Schedulers.sharedZLoopGroup(), Schedulers.sharedZLoopGroup());
    assertEquals("Schedulers.fromZLoop()", Schedulers.fromZLoop().toString());
    assertEquals(
        Schedulers.sharedZLoopGroup().loops().size(),
        Scannable.from(Schedulers.fromZLoop()).scan(Attr.CAPACITY));
  }

  @Test
  void theSharedSchedulerIgnoresBeingDisposed() {
    Scheduler shared = Schedulers.fromZLoop();
    shared.dispose();
    Await.completion(shared.disposeGracefully());
    assertFalse(shared.isDisposed());
    shared.init();
    assertTrue(threadOf(shared).startsWith("zloop-shared-"));
  }

  @Test
  void afterTheSharedGroupWasClosedThereIsANewOne() {
    Scheduler before = Schedulers.fromZLoop();
    ZLoopGroup groupBefore = Schedulers.sharedZLoopGroup();
    groupBefore.close();
    assertNotSame(groupBefore, Schedulers.sharedZLoopGroup());
    assertNotSame(before, Schedulers.fromZLoop());
    assertTrue(threadOf(Schedulers.fromZLoop()).startsWith("zloop-shared-"));
  }

  @Test
  void theSharedGroupHasALoopAProcessorUnlessToldOtherwise() {
    assertEquals(Runtime.getRuntime().availableProcessors(), SharedLoops.size(null));
    assertEquals(3, SharedLoops.size("3"));
    assertEquals(1, SharedLoops.size(" 1 "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "two", "1.5", "99999999999"})
  void aBadSizeOfTheSharedGroupIsNamed(String property) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> SharedLoops.size(property)).getMessage();
    assertEquals(
        "-Dzloop.loops=" + property + ": expected how many loops to share, a number from 1",
        message);
  }

  // ---- loops that were given

  @Test
  void disposingASchedulerNeverClosesTheLoopsItWasGiven() {
    ZLoopGroup group = ZLoopGroup.of(2);
    Scheduler onGroup = Schedulers.fromZLoop(group);
    Scheduler onLoop = Schedulers.fromZLoop(group.loops().getFirst());
    onGroup.dispose();
    Await.completion(onLoop.disposeGracefully());
    assertFalse(group.isClosed());
    for (ZLoop loop : group.loops()) {
      assertEquals(loop.name(), threadOf(Schedulers.fromZLoop(loop)));
    }
    group.close();
  }

  @Test
  void aLoopMayBeStartedLater() {
    ZLoop loop = ZLoop.builder().name("later").build();
    Mono<String> thread =
        Mono.fromSupplier(() -> Thread.currentThread().getName())
            .subscribeOn(Schedulers.fromZLoop(loop))
            .cache();
    thread.subscribe();
    loop.start();
    assertEquals("later", thread.block(Await.PATIENCE));
    loop.close();
  }

  @Test
  void directTasksGoOverTheLoopsInTurnToo() {
    ZLoopGroup group = ZLoopGroup.of(2);
    Scheduler scheduler = Schedulers.fromZLoop(group);
    ConcurrentLinkedQueue<String> threads = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 4; i++) {
      scheduler.schedule(() -> threads.add(Thread.currentThread().getName()));
    }
    Await.until(() -> threads.size() == 4);
    assertEquals(
        List.of("zloop-1", "zloop-1", "zloop-2", "zloop-2"), threads.stream().sorted().toList());
    group.close();
  }

  // ---- operators

  @Test
  void anIntervalTicksOnItsLoop() {
    AtomicReference<String> thread = new AtomicReference<>();
    StepVerifier.create(
            Flux.interval(Duration.ofMillis(1), Schedulers.fromZLoop())
                .doOnNext(tick -> thread.set(Thread.currentThread().getName()))
                .take(5))
        .expectNext(0L, 1L, 2L, 3L, 4L)
        .expectComplete()
        .verify(Await.PATIENCE);
    assertTrue(thread.get().startsWith("zloop-shared-"), thread.get());
  }

  @Test
  void publishOnKeepsTheOrderAcrossHops() {
    List<Integer> received =
        Flux.range(0, 100_000)
            .publishOn(Schedulers.fromZLoop())
            .publishOn(Schedulers.parallel())
            .publishOn(Schedulers.fromZLoop())
            .collectList()
            .block(Await.PATIENCE);
    assertEquals(IntStream.range(0, 100_000).boxed().toList(), received);
  }

  @Test
  void aTimeoutFires() {
    StepVerifier.create(Mono.never().timeout(Duration.ofMillis(1), Schedulers.fromZLoop()))
        .expectError(java.util.concurrent.TimeoutException.class)
        .verify(Await.PATIENCE);
  }

  @Test
  void reactorsOwnAreThereUnderTheSameName() {
    assertSame(reactor.core.scheduler.Schedulers.parallel(), Schedulers.parallel());
    assertSame(reactor.core.scheduler.Schedulers.boundedElastic(), Schedulers.boundedElastic());
  }

  @Test
  void tasksOfALoopThatIsClosedBeforeItStartsAreDisposed() {
    List<Throwable> reports = new CopyOnWriteArrayList<>();
    ZLoop loop = ZLoop.builder().errorHandler((closed, error) -> reports.add(error)).build();
    Disposable direct = Schedulers.fromZLoop(loop).schedule(() -> fail("ran"));
    Disposable ofWorker = Schedulers.fromZLoop(loop).createWorker().schedule(() -> fail("ran"));

    loop.close();

    assertEquals(2, reports.size());
    assertTrue(direct.isDisposed());
    assertTrue(ofWorker.isDisposed());
  }
}
