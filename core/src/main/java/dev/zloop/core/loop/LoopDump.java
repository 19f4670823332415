package dev.zloop.core.loop;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;
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
  /** What is told in a turn, before others have theirs. */
  private static final int PER_TURN_MAX = 50;

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

    /** As far as the loop has written it; null before. */
    private DumpText text;

    Question(Duration patience) {
      this.patience = patience;
    }

    /** Comes back for the rest, so that others have their turn in between. */
    @Override
    public void run() {
      if (answer.isDone()) {
        return;
      }
      if (text == null) {
        text = begun();
      }
      if (!text.writeOn(PER_TURN_MAX)) {
        loop.defer(this);
        return;
      }
      String whole = text.toString();
      answer.completeAsync(() -> whole); // for who prints it may block
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

  // ---- what the loop sees itself

  private DumpText begun() {
    return new DumpText(head(), loop, ready.size(), timers, end);
  }

  private String inside() {
    DumpText text = begun();
    text.writeOn(Integer.MAX_VALUE);
    return text.toString();
  }

  // ---- what can be seen from outside

  private String outside(String why) {
    StringBuilder text = new StringBuilder(head());
    text.append("  seen from outside, since ").append(why);
    text.append("\n  tasks: ").append(loop.pendingTasks()).append(" in the inbox");
    text.append("\n  connections: ").append(loop.connections()).append('\n');
    Thread thread = life.owner();
    if (thread != null && thread.isAlive()) {
      Object running = loop.progress().running();
      if (running != null) {
        text.append("  runs: ").append(TaskName.of(running)).append('\n');
      }
      text.append("  stack of its thread, which is ").append(thread.getState()).append(":\n");
      for (StackTraceElement frame : thread.getStackTrace()) {
        text.append("    at ").append(frame).append('\n');
      }
    }
    return text.toString();
  }

  private String head() {
    Thread thread = life.owner();
    String state = life.toString().toLowerCase(Locale.ROOT);
    String where = thread == null ? "" : ", on thread " + thread.getName();
    return "loop " + loop.name() + ": " + loop.backend() + ", " + state + where + "\n";
  }
}
