package dev.zloop.core;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.loop.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZLoopGroupTest {
  private static final long PATIENCE_SECONDS = 60;

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void closeAndAwait(ZLoopGroup group) throws Exception {
    group.close();
    await(group.onClosed().toCompletableFuture());
  }

  private static String threadName(ZLoop loop) throws Exception {
    return await(CompletableFuture.supplyAsync(() -> Thread.currentThread().getName(), loop));
  }

  @Test
  void loopsAreStartedAndNamedByNumber() throws Exception {
    ZLoopGroup group = ZLoopGroup.of(3);
    try {
      List<String> threads = new ArrayList<>();
      for (ZLoop loop : group.loops()) {
        threads.add(threadName(loop));
      }
      assertEquals(List.of("zloop-1", "zloop-2", "zloop-3"), threads);
    } finally {
      closeAndAwait(group);
    }
  }

  @Test
  void nextGoesRoundInOrder() throws Exception {
    ZLoopGroup group = ZLoopGroup.builder().size(3).build();
    List<ZLoop> loops = group.loops();
    for (int i = 0; i < 9; i++) {
      assertSame(loops.get(i % 3), group.next());
    }
    closeAndAwait(group);
  }

  @Test
  void aLoopThatWasClosedByItselfHasNoTurnAndNobodyHasItsTurnToo() throws Exception {
    ZLoopGroup group = ZLoopGroup.builder().size(3).build();
    List<ZLoop> loops = group.loops();
    loops.get(1).close();
    for (int i = 0; i < 4; i++) {
      assertSame(loops.get(0), group.next());
      assertSame(loops.get(2), group.next());
    }
    closeAndAwait(group);
  }

  @Test
  void loopsWithEquallyFewConnectionsAreChosenInTurn() throws Exception {
    ZLoopGroup group = ZLoopGroup.builder().size(3).build();
    List<ZLoop> chosen = IntStream.range(0, 6).mapToObj(i -> group.leastLoaded()).toList();
    assertEquals(3, Set.copyOf(chosen.subList(0, 3)).size());
    assertEquals(chosen.subList(0, 3), chosen.subList(3, 6));
    closeAndAwait(group);
  }

  @Test
  void theLoopWithTheFewestConnectionsIsChosenUntilItHasAsManyAsOthers() throws Exception {
    ZLoopGroup group = ZLoopGroup.builder().size(3).build();
    addConnections(group.loops().get(0), 5);
    addConnections(group.loops().get(1), 2);
    addConnections(group.loops().get(2), 4);
    for (int i = 0; i < 4; i++) {
      addConnections(group.leastLoaded(), 1);
    }
    assertEquals(List.of(5, 5, 5), group.loops().stream().map(ZLoop::connections).toList());
    closeAndAwait(group);
  }

  private static void addConnections(ZLoop loop, int count) {
    for (int i = 0; i < count; i++) {
      ((EventLoop) loop).addConnection();
    }
  }

  @Test
  void aClosedLoopIsNotTheLeastLoadedOne() throws Exception {
    ZLoopGroup group = ZLoopGroup.builder().size(3).build();
    addConnections(group.loops().get(0), 1);
    addConnections(group.loops().get(2), 1);
    group.loops().get(1).close();
    ZLoop first = group.leastLoaded();
    ZLoop second = group.leastLoaded();
    assertEquals(Set.of(group.loops().get(0), group.loops().get(2)), Set.of(first, second));
    closeAndAwait(group);
  }

  @Test
  void whereAllLoopsAreClosedOneOfThemRefuses() throws Exception {
    ZLoopGroup group = ZLoopGroup.builder().size(2).build();
    closeAndAwait(group);
    assertThrows(RejectedExecutionException.class, () -> group.next().execute(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> group.leastLoaded().execute(() -> {}));
  }

  @Test
  void theCurrentLoopIsTheCallersIfItIsOfThisGroup() throws Exception {
    ZLoopGroup group = ZLoopGroup.of(2);
    ZLoopGroup other = ZLoopGroup.of(1);
    ZLoop second = group.loops().get(1);
    try {
      assertEquals(
          Optional.of(second), await(CompletableFuture.supplyAsync(group::current, second)));
      assertEquals(Optional.empty(), await(CompletableFuture.supplyAsync(other::current, second)));
      assertEquals(Optional.empty(), group.current());
    } finally {
      closeAndAwait(group);
      closeAndAwait(other);
    }
  }

  @Test
  void aDumpHasThatOfEachLoopInOrder() throws Exception {
    ZLoopGroup group = ZLoopGroup.of(3);
    String dump = await(group.dump().toCompletableFuture());
    assertEquals(
        List.of("loop zloop-1", "loop zloop-2", "loop zloop-3"),
        Stream.of(dump.split("\n\n")).map(each -> each.substring(0, 12)).toList());
    closeAndAwait(group);
  }

  @Test
  void nextIsFairToLoopsWhicheverThreadsAsk() throws Exception {
    ZLoopGroup group = ZLoopGroup.builder().size(3).build();
    List<CompletableFuture<List<ZLoop>>> asking =
        Stream.generate(() ->
                CompletableFuture.supplyAsync(
                    () -> IntStream.range(0, 300).mapToObj(i -> group.next()).toList()))
            .limit(4)
            .toList();
    Map<ZLoop, Long> counts =
        asking.stream()
            .flatMap(list -> list.join().stream())
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    group.loops().forEach(loop -> assertEquals(400, counts.get(loop)));
    closeAndAwait(group);
  }

  @Test
  void settingsReachEveryLoop() throws Exception {
    List<Thread> threads = new ArrayList<>();
    Executor executor = Runnable::run;
    ZLoopGroup group =
        ZLoopGroup.builder()
            .size(2)
            .name("io")
            .executor(executor)
            .threadFactory(task -> {
              Thread thread = new Thread(task);
              threads.add(thread);
              return thread;
            })
            .build()
            .start();
    assertEquals(List.of("io-1", "io-2"), threads.stream().map(Thread::getName).toList());
    group.loops().forEach(loop -> assertSame(executor, loop.executor()));
    closeAndAwait(group);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void closingClosesEveryLoopAndMayBeRepeated() throws Exception {
    ZLoopGroup group = ZLoopGroup.of(2);
    assertFalse(group.isClosed());
    assertFalse(group.onClosed().toCompletableFuture().isDone());
    group.close();
    group.close();
    assertTrue(group.isClosed());
    await(group.onClosed().toCompletableFuture());
    for (ZLoop loop : group.loops()) {
      assertTrue(loop.onClosed().toCompletableFuture().isDone());
      assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
    }
  }

  @Test
  void closingFromOneOfItsLoopsClosesAll() throws Exception {
    ZLoopGroup group = ZLoopGroup.of(2);
    group.next().execute(group::close);
    await(group.onClosed().toCompletableFuture());
  }

  @Test
  void aGroupThatWasNeverStartedCloses() throws Exception {
    closeAndAwait(ZLoopGroup.builder().size(2).build());
  }

  @Test
  void loopsThatExistCanBeGrouped() throws Exception {
    ZLoop started = ZLoop.builder().name("started").build().start();
    ZLoop unstarted = ZLoop.builder().name("unstarted").build();
    ZLoopGroup group = ZLoopGroup.of(List.of(started, unstarted));
    assertEquals(List.of(started, unstarted), group.loops());
    closeAndAwait(group);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void aGroupWithoutLoopsIsRefused(int n) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> ZLoopGroup.of(n)).getMessage();
    assertEquals("a group of " + n + " loops, expected at least 1", message);
    assertThrows(IllegalArgumentException.class, () -> ZLoopGroup.of(List.of()));
  }

  @Test
  void whenALoopCannotBeMadeThoseBeforeAreClosed() {
    List<ZLoop> made = new ArrayList<>();
    var failure = new UnsupportedOperationException("no third loop");
    assertSame(
        failure,
        assertThrows(
            UnsupportedOperationException.class,
            () ->
                ZLoopGroup.Builder.make(
                    4,
                    number -> {
                      if (number == 3) {
                        throw failure;
                      }
                      made.add(ZLoop.builder().build());
                      return made.getLast();
                    })));
    assertEquals(2, made.size());
    made.forEach(loop -> assertTrue(loop.onClosed().toCompletableFuture().isDone()));
  }

  @Test
  void whenALoopCannotBeStartedTheGroupIsClosed() throws Exception {
    ZLoopGroup group =
        ZLoopGroup.builder()
            .size(3)
            .threadFactory(
                new java.util.concurrent.ThreadFactory() {
                  private int made;

                  @Override
                  public Thread newThread(Runnable task) {
                    return ++made == 2 ? null : Thread.ofPlatform().daemon().unstarted(task);
                  }
                })
            .build();
    assertThrows(NullPointerException.class, group::start);
    assertTrue(group.isClosed());
    assertDoesNotThrow(() -> await(group.onClosed().toCompletableFuture()));
  }
}
