package dev.zloop.core.loop;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;

/**
 * Tells a person what a loop has and does: from inside, where the loop has a moment for it, or else
 * what can be seen from outside.
 */
final class LoopDump {
  static final int OF_A_KIND_MAX = 1_000;

  /** For how long to wait for the loop. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final LoopLife life;
  private final ArrayDeque<Runnable> ready;
  private final TimerHeap timers;
  private final LoopEnd end;

  /**
   * Asked of a loop that takes no tasks any more, because it closes: when it does not get there.
   */
  private final Queue<Question> late = new ConcurrentLinkedQueue<>();

  LoopDump(
      EventLoop loop, LoopLife life, ArrayDeque<Runnable> ready, TimerHeap timers, LoopEnd end) {
    this.loop = loop;
    this.life = life;
    this.ready = ready;
    this.timers = timers;
    this.end = end;
  }

  /** From any thread. */
  CompletionStage<String> take(Duration patience) {
    if (life.isClosed()) {
      return CompletableFuture.completedStage(outside("it has ended"));
    }
    if (!loop.isDriven()) {
      return CompletableFuture.completedStage(outside("it was not started"));
    }
    if (loop.inLoop()) {
      return CompletableFuture.completedStage(inside());
    }
    Question question = new Question(patience);
    CompletableFuture.delayedExecutor(patience.toNanos(), NANOSECONDS).execute(question::giveUp);
    ask(question);
    return question.answer.minimalCompletionStage();
  }

  private void ask(Question question) {
    try {
      loop.executeFromAfar(question);
    } catch (RejectedExecutionException closing) {
      late.add(question);
      loop.wakeup();
    }
  }

  /** While the loop closes, each turn. On its thread. */
  void answerLate() {
    for (Question question = late.poll(); question != null; question = late.poll()) {
      question.run();
    }
  }

  /** Somebody waits for a dump, whom the loop answers, or else the clock. */
  private final class Question implements Abandonable {
    final CompletableFuture<String> answer = new CompletableFuture<>();
    private final Duration patience;

    Question(Duration patience) {
      this.patience = patience;
    }

    @Override
    public void run() {
      if (!answer.isDone()) {
        String text = inside();
        answer.completeAsync(() -> text); // for who prints it may block
      }
    }

    @Override
    public void abandon() {
      answer.completeAsync(() -> outside("it has ended"));
    }

    void giveUp() {
      if (!answer.isDone()) {
        answer.complete(outside("it did not answer within " + patience.toMillis() + " ms"));
      }
    }

    @Override
    public String toString() {
      return "a dump";
    }
  }

  // ---- what can be seen from outside

  private String outside(String why) {
    StringBuilder text = new StringBuilder(head());
    line(text, 1, "seen from outside, since " + why);
    line(text, 1, "tasks: %,d in the inbox", loop.pendingTasks());
    line(text, 1, "connections: %,d", loop.connections());
    Thread thread = life.owner();
    if (thread != null && thread.isAlive()) {
      line(text, 1, "stack of its thread, which is " + thread.getState() + ":");
      for (StackTraceElement frame : thread.getStackTrace()) {
        line(text, 2, "at " + frame);
      }
    }
    return text.toString();
  }

  private String head() {
    Thread thread = life.owner();
    return "loop %s: %s, %s%s\n"
        .formatted(
            loop.name(),
            loop.backend(),
            life.toString().toLowerCase(Locale.ROOT),
            thread == null ? "" : ", on thread " + thread.getName());
  }

  // ---- what the loop sees itself

  private String inside() {
    StringBuilder text = new StringBuilder(head());
    line(text, 1, "tasks: %,d ready, %,d in the inbox", ready.size(), loop.pendingTasks());
    line(text, 1, "timers: %,d%s", timers.size(), nextTimer());
    for (String line : loop.io().describe()) {
      line(text, 1, line);
    }
    byKind().forEach((kind, resources) -> describe(text, kind, resources));
    return text.toString();
  }

  private String nextTimer() {
    TimerTask next = timers.peek();
    if (next == null) {
      return "";
    }
    long millis = NANOSECONDS.toMillis(next.deadlineNanos - loop.nanoTime());
    return ", the next one " + (millis > 0 ? "in %,d ms".formatted(millis) : "now");
  }

  private Map<String, List<LoopResource>> byKind() {
    Map<String, List<LoopResource>> byKind = new LinkedHashMap<>();
    for (LoopResource resource : end.resources()) {
      byKind.computeIfAbsent(resource.kind(), kind -> new ArrayList<>()).add(resource);
    }
    return byKind;
  }

  private static void describe(StringBuilder text, String kind, List<LoopResource> resources) {
    line(text, 1, "%s: %,d", kind, resources.size());
    resources.stream().limit(OF_A_KIND_MAX).forEach(each -> line(text, 2, describe(each)));
    if (resources.size() > OF_A_KIND_MAX) {
      line(text, 2, "and %,d more", resources.size() - OF_A_KIND_MAX);
    }
  }

  private static String describe(LoopResource resource) {
    try {
      return resource.describe();
    } catch (Throwable failed) { // it may be what somebody looks for
      return resource.getClass().getName() + ", which cannot tell: " + failed;
    }
  }

  private static void line(StringBuilder text, int depth, String format, Object... arguments) {
    line(text, depth, format.formatted(arguments));
  }

  private static void line(StringBuilder text, int depth, String line) {
    text.repeat("  ", depth).append(line).append('\n');
  }
}
