package dev.zloop.core.loop;

import static dev.zloop.core.ZLoop.NO_DEADLINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.zloop.core.Timer;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the inbox and the turn allocate, and what becomes of them when nothing can be allocated. */
@Tag("optimized")
class InboxMemoryTest {
  private static final int TASKS = 200_000;

  /** Far less than a byte a task: classes that are loaded late, and other accidents. */
  private static final long ACCIDENTS_BYTES_MAX = 16 << 10;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The bytes that an action allocates on this thread, once it has been tried. */
  private void assertAllocatesNothing(Elsewhere.Action action) throws Exception {
    action.run();
    long before = threads.getCurrentThreadAllocatedBytes();
    action.run();
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(bytes <= ACCIDENTS_BYTES_MAX, bytes + " bytes for " + TASKS + " tasks");
  }

  @Test
  void anInboxThatHasRoomAllocatesNothing() throws Exception {
    var inbox = new Inbox(1024);
    Runnable task = () -> {};
    assertAllocatesNothing(() -> {
      for (int i = 0; i < TASKS; i += 500) {
        for (int j = 0; j < 500; j++) {
          assertTrue(inbox.offer(task));
        }
        while (inbox.poll() != null) {}
      }
    });
  }

  @Test
  void anInboxThatGrewUsesTheLargerArrayAgainAndAgain() throws Exception {
    var inbox = new Inbox(4);
    Runnable task = () -> {};
    assertAllocatesNothing(() -> {
      for (int i = 0; i < TASKS; i += 5_000) {
        for (int j = 0; j < 5_000; j++) {
          assertTrue(inbox.offer(task));
        }
        while (inbox.poll() != null) {}
      }
    });
  }

  @Test
  void tasksFromElsewhereAllocateNothingOnEitherSide() {
    var inbox = new Inbox(1024);
    var taken = new AtomicInteger();
    Runnable task = taken::incrementAndGet;
    Elsewhere.runTogether(
        List.of(
            () ->
                assertAllocatesNothing(() -> {
                  for (int i = 0; i < TASKS; i++) {
                    while (inbox.size() > 500) {
                      Thread.onSpinWait();
                    }
                    inbox.offer(task);
                  }
                }),
            () ->
                assertAllocatesNothing(() -> {
                  int until = taken.get() + TASKS;
                  while (taken.get() < until) {
                    Runnable next = inbox.poll();
                    if (next != null) {
                      next.run();
                    }
                  }
                })));
  }

  @Test
  void aTurnAllocatesNothing() throws Exception {
    var io = new BlockingIo();
    var loop = Loops.on(io);
    Runnable again =
        new Runnable() {
          @Override
          public void run() {
            loop.execute(this);
          }
        };
    loop.execute(again);
    assertAllocatesNothing(() -> {
      for (int i = 0; i < TASKS; i++) {
        loop.runOnce(NO_DEADLINE, true, 64);
      }
    });
  }

  @Test
  void aTimerIsTheOnlyObjectThatATimerCosts() throws Exception {
    var io = new BlockingIo();
    var loop = Loops.on(io);
    loop.runOnce(NO_DEADLINE, false, 1);
    Runnable task = () -> {};
    Elsewhere.Action timers =
        () -> {
          for (int i = 0; i < TASKS; i++) {
            loop.schedule(task, 1_000_000L + i).cancel();
            loop.runOnce(NO_DEADLINE, false, 1);
          }
        };
    timers.run();
    long before = threads.getCurrentThreadAllocatedBytes();
    timers.run();
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / TASKS;
    assertTrue(each <= 64, each + " bytes a timer");
  }

  @Test
  void aTakenTaskIsNotKept() {
    var inbox = new Inbox(4);
    var kept = new ArrayList<WeakReference<Runnable>>();
    for (int i = 0; i < 20; i++) {
      inbox.offer(captured(kept));
    }
    for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
      task.run();
    }
    assertForgotten(kept);
    assertTrue(inbox.isEmpty());
  }

  @Test
  void aTimerThatRanOrWasCancelledDoesNotKeepItsTask() {
    var loop = Loops.on(new BlockingIo());
    loop.runOnce(NO_DEADLINE, false, 1);
    var kept = new ArrayList<WeakReference<Runnable>>();
    var timers = new ArrayList<Timer>();
    for (long delay : new long[] {0, 1, 1_000_000_000_000L}) {
      timers.add(loop.schedule(captured(kept), delay));
    }
    assertTrue(timers.getLast().cancel());
    while (!timers.stream().allMatch(Timer::isDone)) {
      loop.runOnce(NO_DEADLINE, true, 1);
    }
    assertForgotten(kept);
    assertEquals(1, timers.stream().filter(Timer::isCancelled).count());
  }

  /** A task of its own that nobody holds but who is given it. */
  private static Runnable captured(List<WeakReference<Runnable>> kept) {
    var task =
        new Runnable() {
          @Override
          public void run() {}
        };
    kept.add(new WeakReference<>(task));
    return task;
  }

  private static void assertForgotten(List<WeakReference<Runnable>> references) {
    for (var patience = new Patience(); !references.stream().allMatch(r -> r.refersTo(null)); ) {
      System.gc();
      patience.spin("a task is kept");
    }
  }

  @Test
  void anInboxThatFoundNoMemoryToGrowTellsItsCallerAndStaysUsable() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx16m",
                "-cp",
                locationOf(Inbox.class) + File.pathSeparator + locationOf(WithoutMemory.class),
                WithoutMemory.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      assertTrue(child.waitFor(Duration.ofSeconds(Patience.SECONDS)), "it hangs");
      assertEquals("usable\n", new String(child.getInputStream().readAllBytes()));
    } finally {
      child.destroyForcibly().waitFor(Patience.SECONDS, TimeUnit.SECONDS);
    }
  }

  private static Path locationOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** Fills an inbox with one task until the memory is used up: a JVM of its own. */
  static final class WithoutMemory {
    public static void main(String[] arguments) {
      var inbox = new Inbox(1024);
      if (!inbox.offer(() -> {}) || inbox.poll() == null) { // what is linked first costs memory
        throw new AssertionError();
      }
      int accepted = fill(inbox);
      if (accepted != inbox.size() || inbox.isEmpty()) {
        throw new AssertionError(accepted + " accepted, size " + inbox.size());
      }
      while (inbox.poll() != null) {
        accepted--;
      }
      if (accepted != 0 || !inbox.isEmpty() || !inbox.offer(() -> {}) || inbox.poll() == null) {
        throw new AssertionError(accepted + " lost");
      }
      System.out.println("usable");
    }

    private static int fill(Inbox inbox) {
      Runnable task = () -> {};
      int accepted = 0;
      try {
        for (; ; accepted++) {
          inbox.offer(task);
        }
      } catch (OutOfMemoryError e) {
        return accepted;
      }
    }
  }
}
