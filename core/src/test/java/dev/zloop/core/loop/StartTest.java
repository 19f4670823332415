package dev.zloop.core.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whose thread a loop runs on. */
class StartTest {
  private final List<Throwable> errors = new ArrayList<>();
  private final FakeIo io = new FakeIo();

  private EventLoop loop(ThreadFactory threads) {
    return Loops.of(io, threads, (loop, error) -> errors.add(error));
  }

  @Test
  void aStartedLoopRunsOnAThreadOfItsNameMadeByTheFactory() {
    try (var started = new StartedLoop()) {
      Elsewhere.await(
          started.run(() -> {
            assertSame(started.thread, Thread.currentThread());
            assertEquals("started", Thread.currentThread().getName());
            assertTrue(started.loop.inLoop());
          }));
      assertFalse(started.loop.inLoop());
    }
  }

  @Test
  void startReturnsTheLoop() {
    var loop = Loops.on(new BlockingIo());
    assertSame(loop, loop.start());
    loop.close();
  }

  @Test
  void theDefaultThreadsAreDaemonsSoThatAForgottenLoopDoesNotKeepTheJvmAlive() {
    assertTrue(LoopThread.FACTORY.newThread(() -> {}).isDaemon());
  }

  @Test
  void whatNobodyHandledOnSuchAThreadIsLoggedAndNotPrinted() throws Exception {
    Error planted = new AssertionError("planted");
    Thread thread =
        LoopThread.FACTORY.newThread(() -> {
          throw planted;
        });
    thread.setName("unlucky");
    try (CapturedLog log = new CapturedLog()) {
      thread.start();
      thread.join();
      assertEquals(1, log.records.size());
      assertEquals(
          "uncaught exception on loop thread unlucky", log.records.getFirst().getMessage());
      assertSame(planted, log.records.getFirst().getThrown());
    }
  }

  @Test
  void whatWasGivenBeforeTheStartRunsAfterIt() {
    var loop = Loops.on(new BlockingIo());
    var ran = CompletableFuture.runAsync(() -> assertTrue(loop.inLoop()), loop);
    assertFalse(loop.inLoop());
    loop.start();
    Elsewhere.await(ran);
    loop.close();
  }

  @Test
  void nothingRunsBeforeTheStart() {
    var driven = new DrivenLoop();
    driven.loop.execute(driven.note("task"));
    assertEquals(1, driven.loop.pendingTasks());
    assertEquals(List.of(), driven.trace);
  }

  @Test
  void aLoopStartsOnce() {
    try (var started = new StartedLoop()) {
      var error = assertThrows(IllegalStateException.class, started.loop::start);
      assertTrue(error.getMessage().contains("started"), error.getMessage());
      Elsewhere.await(started.run(() -> {})); // no harm done
    }
  }

  @Test
  void ofManyThreadsThatStartItOneDoes() throws Exception {
    for (int round = 0; round < 200; round++) {
      var io = new BlockingIo();
      var loop = Loops.on(io);
      var outcomes = new ArrayList<CompletableFuture<ZLoop>>();
      for (int i = 0; i < 4; i++) {
        outcomes.add(CompletableFuture.supplyAsync(loop::start));
      }
      int started = 0;
      for (var outcome : outcomes) {
        started += outcome.handle((l, error) -> error == null ? 1 : 0).join();
      }
      assertEquals(1, started);
      loop.close();
      Elsewhere.await(loop.onClosed().toCompletableFuture());
    }
  }

  @Test
  void aStartedLoopCannotBeTurnedByAnother() {
    try (var started = new StartedLoop()) {
      assertThrows(
          IllegalStateException.class, () -> started.loop.runOnce(ZLoop.NO_DEADLINE, false, 1));
    }
  }

  @Test
  void aLoopThatAnEmbedderTurnsCannotBeStarted() {
    var driven = new DrivenLoop();
    driven.poll();
    assertThrows(IllegalStateException.class, driven.loop::start);
    driven.poll();
  }

  @Test
  void aClosedLoopCannotBeStarted() throws Exception {
    try (var started = new StartedLoop()) {
      started.loop.close();
      started.awaitClosed();
      var error = assertThrows(IllegalStateException.class, started.loop::start);
      assertTrue(error.getMessage().contains("is closed"), error.getMessage());
    }
  }

  @Test
  void aRefusedStartAsksTheFactoryForNoThread() {
    var asked = new AtomicInteger();
    var loop =
        loop(task -> {
          asked.incrementAndGet();
          return LoopThread.FACTORY.newThread(task);
        });
    loop.close();
    assertThrows(IllegalStateException.class, loop::start);
    assertEquals(0, asked.get());
  }

  @Test
  void aFactoryThatMakesNoThreadIsNamedAndTheLoopStaysAsItWas() {
    var threads = new ArrayList<Thread>();
    threads.add(null);
    threads.add(LoopThread.FACTORY.newThread(() -> {}));
    var loop = loop(task -> threads.removeFirst());
    var error = assertThrows(NullPointerException.class, loop::start);
    assertTrue(error.getMessage().contains("thread factory"), error.getMessage());
    loop.start();
    loop.close();
  }

  @Test
  void aFactoryThatThrowsLeavesTheLoopAsItWas() {
    var refusal = new IllegalStateException("no threads today");
    var loop =
        loop(task -> {
          throw refusal;
        });
    assertSame(refusal, assertThrows(IllegalStateException.class, loop::start));
    loop.execute(() -> {});
    assertEquals(1, loop.pendingTasks());
    loop.close();
    assertTrue(io.closed);
  }

  @Test
  void aThreadThatCannotBeStartedStopsTheLoopLoudly() {
    Thread used = LoopThread.FACTORY.newThread(() -> {});
    used.start();
    var loop = loop(task -> used);
    loop.execute(() -> {});
    try (var log = new CapturedLog()) {
      var error = assertThrows(IllegalThreadStateException.class, loop::start);
      assertSame(error, log.records.getFirst().getThrown());
    }
    assertEquals(1, errors.size());
    assertTrue(io.closed);
    assertTrue(loop.onClosed().toCompletableFuture().isCompletedExceptionally());
    assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
  }
}
