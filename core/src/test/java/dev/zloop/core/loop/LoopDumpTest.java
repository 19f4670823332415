package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a loop tells of itself, and how it is asked. */
@Timeout(Patience.SECONDS)
class LoopDumpTest {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(Patience.SECONDS);

  private final DrivenLoop driven = new DrivenLoop();

  private static String textOf(CompletionStage<String> dump) {
    return Elsewhere.await(dump.toCompletableFuture());
  }

  /** On the loop's thread, where it is there at once. */
  private String dump() {
    CompletableFuture<String> dump = driven.loop.dump().toCompletableFuture();
    assertTrue(dump.isDone());
    return dump.join();
  }

  private static void assertHas(String text, String line) {
    assertTrue(text.lines().anyMatch(line::equals), () -> line + " is not in:\n" + text);
  }

  private static void awaitGate(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private record Thing(String kind, String text) implements LoopResource {
    @Override
    public void onLoopClosing() {}

    @Override
    public String describe() {
      if (text == null) {
        throw new IllegalStateException("no text");
      }
      return text;
    }
  }

  // ---- from inside

  @Test
  void itTellsTheLoopItsTasksAndItsTimers() {
    driven.poll();
    driven.loop.execute(driven.note("one"));
    driven.executeElsewhere(driven.note("two"));
    driven.executeElsewhere(driven.note("three"));
    driven.loop.schedule(driven.note("later"), Duration.ofSeconds(90));
    driven.loop.schedule(driven.note("soon"), Duration.ofMillis(1_500));
    String name = Thread.currentThread().getName();
    assertEquals(
        """
        loop driven: epoll, open, on thread %s
          turns: 1
          tasks: 1 ready, 2 in the inbox
          timers: 2, the next one in 1500 ms
        """
            .formatted(name),
        dump());
    assertEquals(List.of(), driven.trace);
  }

  @Test
  void itTellsWhatLivesOnTheLoopByKinds() {
    driven.poll();
    driven.loop.add(new Thing("things", "the first"));
    driven.loop.add(new Thing("others", "something else"));
    driven.loop.add(new Thing("things", "the second"));
    assertEquals(
        List.of(
            "  things: 2", "    the first", "    the second", "  others: 1", "    something else"),
        dump().lines().skip(4).toList());
  }

  @Test
  void ofAKindItTellsAThousandAndCountsTheRest() {
    driven.poll();
    for (int i = 1; i <= DumpText.OF_A_KIND_MAX + 2; i++) {
      driven.loop.add(new Thing("things", "number " + i));
    }
    String text = dump();
    assertHas(text, "  things: 1002");
    assertHas(text, "    number 1000");
    assertHas(text, "    and 2 more");
    assertFalse(text.contains("number 1001"));
  }

  @Test
  void oneThatCannotBeDescribedHidesNoOther() {
    driven.poll();
    driven.loop.add(new Thing("things", null));
    driven.loop.add(new Thing("things", "the second"));
    String text = dump();
    assertTrue(text.contains("Thing, which cannot tell: java.lang.IllegalStateException: no text"));
    assertHas(text, "    the second");
  }

  // ---- from elsewhere

  @Test
  void anotherThreadHasItFromTheLoop() {
    try (StartedLoop started = new StartedLoop()) {
      String text = textOf(started.loop.dump(LONG));
      assertTrue(text.startsWith("loop started: epoll, open, on thread started\n"), text);
      assertHas(text, "  timers: 0");
    }
  }

  @Test
  void ofManyThingsItTellsSomeInATurnAndWhatGoesMeanwhileIsLeftOut() {
    driven.poll();
    List<Thing> things =
        IntStream.rangeClosed(1, 150).mapToObj(i -> new Thing("things", "number " + i)).toList();
    things.forEach(driven.loop::add);
    CompletableFuture<String> dump = askElsewhere();
    driven.poll();
    driven.loop.remove(things.getLast());
    driven.poll();
    assertFalse(dump.isDone());
    while (!dump.isDone()) {
      driven.poll();
    }
    String text = dump.join();
    assertHas(text, "    number 149");
    assertFalse(text.contains("number 150"), text);
  }

  /** Returns once the question is on its way. */
  private CompletableFuture<String> askElsewhere() {
    CompletableFuture<String> dump = new CompletableFuture<>();
    Elsewhere.run(() -> driven.loop.dump(LONG).thenAccept(dump::complete));
    return dump;
  }

  @Test
  void whatFollowsADumpDoesNotRunOnTheLoop() throws Exception {
    try (StartedLoop started = new StartedLoop()) {
      CountDownLatch gate = new CountDownLatch(1);
      started.run(() -> awaitGate(gate));
      CompletionStage<Thread> follower =
          started.loop.dump(LONG).thenApply(text -> Thread.currentThread());
      gate.countDown();
      assertNotSame(started.thread, Elsewhere.await(follower.toCompletableFuture()));
    }
  }

  @Test
  void aLoopThatDoesNotAnswerIsSeenFromOutsideWithItsStack() throws Exception {
    try (StartedLoop started = new StartedLoop()) {
      CountDownLatch gate = new CountDownLatch(1);
      started.run(() -> awaitGate(gate));
      while (!isIn("awaitGate", started.thread)) {
        Thread.onSpinWait();
      }
      started.loop.execute(() -> {});
      String text = textOf(started.loop.dump(SHORT));
      gate.countDown();
      assertHas(text, "  seen from outside, since it did not answer within 1 ms");
      assertTrue(text.contains("tasks: 2 in the inbox"), text); // the other, and the question
      assertTrue(text.contains("  runs: java.util.concurrent.CompletableFuture$AsyncRun"), text);
      assertTrue(text.contains("stack of its thread, which is "), text);
      assertTrue(text.contains("    at dev.zloop.core.loop.LoopDumpTest.awaitGate("), text);
    }
  }

  private static boolean isIn(String method, Thread thread) {
    return Stream.of(thread.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals(method));
  }

  @Test
  void aLoopThatWasNotStartedIsSeenFromOutside() {
    assertEquals(
        """
        loop driven: epoll, new
          seen from outside, since it was not started
          tasks: 0 in the inbox
          connections: 0
        """,
        dump());
  }

  @Test
  void aLoopThatHasEndedIsSeenFromOutside() {
    driven.poll();
    driven.loop.close();
    driven.turn();
    assertHas(dump(), "  seen from outside, since it has ended");
  }

  @Test
  void aLoopThatCannotCloseStillAnswers() {
    try (StartedLoop started = new StartedLoop()) {
      Elsewhere.await(started.run(() -> started.loop.add(new Lingering(started.loop))));
      started.loop.close();
      String text = textOf(started.loop.dump(LONG));
      assertTrue(text.startsWith("loop started: epoll, closing, "), text);
      assertHas(text, "    stays until it is looked at");
    }
  }

  /** Keeps its loop from closing until it has been described. */
  private record Lingering(EventLoop loop) implements LoopResource {
    @Override
    public void onLoopClosing() {}

    @Override
    public String describe() {
      loop.defer(() -> loop.remove(this));
      return "stays until it is looked at";
    }
  }

  @Test
  void oneThatWaitsWhenTheLoopEndsIsAnsweredFromOutside() {
    driven.poll();
    CompletableFuture<String> dump = askElsewhere();
    driven.io.events.add(() -> {
      throw new AssertionError("a defect");
    });
    try (CapturedLog log = new CapturedLog()) {
      assertThrows(AssertionError.class, driven::turn);
      assertFalse(log.records.isEmpty());
    }
    assertHas(textOf(dump), "  seen from outside, since it has ended");
  }
}
