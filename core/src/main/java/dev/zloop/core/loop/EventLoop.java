package dev.zloop.core.loop;

import dev.zloop.core.LoopHealth;
import dev.zloop.core.Timer;
import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The run cycle. {@link #runOnce} is one turn; the rest is how work gets in and how the loop ends.
 *
 * <p>What several threads share is {@link #inbox}, {@link #sleep} and {@link #life}; everything
 * else belongs to the loop's thread. {@link LoopEnd} has how it ends.
 */
public final class EventLoop implements ZLoop {

  /**
   * What a loop is made of; none of it is looked up elsewhere, so that all of it can be simulated.
   */
  public record Parts(
      String name,
      Backend backend,
      IoPort io,
      Clock clock,
      ThreadFactory threadFactory,
      Executor executor,
      ErrorHandler errorHandler,
      WatchSettings watch) {

    /** What a loop is made of that nobody watches. */
    public Parts(
        String name,
        Backend backend,
        IoPort io,
        Clock clock,
        ThreadFactory threadFactory,
        Executor executor,
        ErrorHandler errorHandler) {
      this(name, backend, io, clock, threadFactory, executor, errorHandler, WatchSettings.NONE);
    }
  }

  private final Parts parts;
  private final IoPort io;
  private final Clock clock;

  private final LoopLife life;
  private final Inbox inbox = new Inbox(1024);
  private final LoopSleep sleep;

  /** Added to by who sends connections here too, before they arrive. */
  private final AtomicInteger connections = new AtomicInteger();

  private final ArrayDeque<Runnable> ready = new ArrayDeque<>(256);
  private final TimerHeap timers = new TimerHeap();
  private final LoopEnd end;
  private final TurnMeter meter = new TurnMeter(this);
  private final Progress progress = new Progress();
  private final LoopWatch watch;
  private final LoopDump dump;

  public EventLoop(Parts parts) {
    this.parts = parts;
    this.io = parts.io();
    this.clock = parts.clock();
    this.life = new LoopLife(parts.name());
    this.sleep = new LoopSleep(inbox, io);
    this.end = new LoopEnd(this, life, inbox, ready, timers);
    this.watch = new LoopWatch(this, progress, parts.watch());
    io.tellProgress(progress);
    this.dump = new LoopDump(this, life, ready, timers, end);
  }

  @Override
  public int runOnce(long deadlineNanos, boolean mayBlock, int maxTasks) {
    if (maxTasks < 1) {
      throw new IllegalArgumentException("maxTasks is " + maxTasks + ", expected at least 1");
    }
    life.beginTurn(Thread.currentThread());
    CurrentLoop.set(this);
    watch.begin();
    try {
      takeInbox();
      await(mayBlock ? timeoutNanos(deadlineNanos) : 0);
      progress.beginTurn();
      meter.begin();
      int served = io.dispatch();
      takeInbox();
      takeDueTimers();
      int queued = ready.size();
      runReady(maxTasks);
      progress.betweenCallbacks();
      meter.end(served, queued, Math.min(queued, maxTasks));
      if (life.isClosing()) {
        dump.answerLate();
        end.advance();
      }
      return served;
    } catch (Throwable defect) {
      end.stopLoudly(defect);
      throw defect;
    } finally {
      progress.endTurn(clock);
      life.endTurn();
      if (life.isClosed()) {
        CurrentLoop.clear(this);
      }
    }
  }

  // ---- the steps of a turn

  private void takeInbox() {
    // No more than was there at first: producers faster than this loop must not hold it here.
    for (int left = inbox.size(); left > 0; left--) {
      Runnable task = inbox.poll();
      if (task == null) {
        return;
      }
      ready.add(task);
    }
  }

  private long timeoutNanos(long deadlineNanos) {
    if (!ready.isEmpty() || io.hasBacklog()) {
      return 0;
    }
    TimerTask first = timers.peek();
    if (first == null && deadlineNanos == NO_DEADLINE) {
      return -1;
    }
    long now = clock.nanoTime();
    long timeout = deadlineNanos == NO_DEADLINE ? Long.MAX_VALUE : deadlineNanos - now;
    if (first != null) {
      timeout = Math.min(timeout, first.deadlineNanos - now);
    }
    return Math.max(0, timeout);
  }

  private void await(long timeoutNanos) {
    if (timeoutNanos == 0 || !sleep.announce()) {
      io.await(0);
      return;
    }
    io.await(timeoutNanos);
    sleep.awake();
  }

  private void takeDueTimers() {
    TimerTask first = timers.peek();
    if (first == null) {
      return;
    }
    long now = clock.nanoTime();
    for (; first != null && first.deadlineNanos - now <= 0; first = timers.peek()) {
      meter.timer(now - first.deadlineNanos);
      first.becomeDue(timers);
      ready.add(first);
    }
  }

  private void runReady(int maxTasks) {
    for (int left = Math.min(ready.size(), maxTasks); left > 0; left--) {
      Runnable task = ready.poll();
      progress.step(task);
      try {
        task.run();
      } catch (Throwable error) {
        addOriginTo(error);
        report(error);
      }
    }
  }

  // ---- whose turn it is

  @Override
  public ZLoop start() {
    life.requireStartable();
    Thread thread =
        Objects.requireNonNull(
            parts.threadFactory().newThread(this::runUntilClosed),
            "the thread factory made no thread");
    thread.setName(name());
    life.start(thread);
    try {
      thread.start();
    } catch (Throwable error) {
      end.stopLoudly(error);
      throw error;
    }
    return this;
  }

  private void runUntilClosed() {
    while (!life.isClosed()) {
      runOnce(NO_DEADLINE, true, Integer.MAX_VALUE);
    }
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == life.owner();
  }

  /** The loop that the calling thread runs, or null. */
  public static EventLoop current() {
    return CurrentLoop.get();
  }

  /** Whether a thread is the one that runs the turns. From any thread. */
  public boolean isOwnedBy(Thread thread) {
    return thread == life.owner();
  }

  /** Whether a thread runs the turns, or is about to: otherwise nothing given to it happens. */
  public boolean isDriven() {
    return life.owner() != null;
  }

  // ---- how work gets in

  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    if (inLoop() && !inbox.isClosed()) {
      ready.add(TaskOrigin.ON ? TaskOrigin.remember(task, this) : task);
    } else {
      executeFromAfar(task);
    }
  }

  /** As {@link #execute}, by the way that other threads' tasks take, whichever thread calls. */
  public void executeFromAfar(Runnable task) {
    if (inbox.offer(TaskOrigin.ON ? TaskOrigin.remember(task, this) : task)) {
      sleep.wakeIfAsleep();
    } else {
      throw new RejectedExecutionException("loop " + name() + " is closed: it takes no new work");
    }
  }

  @Override
  public Timer schedule(Runnable task, Duration delay) {
    Objects.requireNonNull(task, "task");
    return schedule(task, TimerTask.delayNanos(delay));
  }

  /** As {@link #schedule(Runnable, Duration)}, with the delay in nanoseconds. */
  public Timer schedule(Runnable task, long delayNanos) {
    if (delayNanos <= 0) {
      return scheduleNow(task);
    }
    return scheduleAt(task, TimerTask.deadlineNanos(clock.nanoTime(), delayNanos));
  }

  /** Runs a task once the clock says {@code deadlineNanos}; for rates that must not drift. */
  public Timer scheduleAt(Runnable task, long deadlineNanos) {
    Runnable given = TaskOrigin.ON ? TaskOrigin.remember(task, this) : task;
    TimerTask timer = new TimerTask(this, given, deadlineNanos);
    if (inLoop() && !inbox.isClosed()) {
      timers.add(timer);
    } else {
      execute(timer);
    }
    return timer;
  }

  private Timer scheduleNow(Runnable task) {
    Runnable given = TaskOrigin.ON ? TaskOrigin.remember(task, this) : task;
    TimerTask timer = new TimerTask(this, given, 0);
    timer.becomeDue();
    execute(timer);
    return timer;
  }

  /** The time by the loop's clock, as {@link #scheduleAt} takes it. */
  public long nanoTime() {
    return clock.nanoTime();
  }

  /** For timers to enter and to leave. On the loop's thread. */
  TimerHeap timers() {
    return timers;
  }

  /** How many timers have a deadline ahead. On the loop's thread. */
  int pendingTimers() {
    return timers.size();
  }

  /** Adds a task without waking a loop that sleeps: it is soon enough when the loop next wakes. */
  void postQuietly(Runnable task) {
    inbox.offer(task);
  }

  /** Runs an engine's task in the next turn, also while the loop closes. On the loop's thread. */
  public void defer(Runnable task) {
    assert inLoop();
    ready.add(task);
  }

  @Override
  public void wakeup() {
    sleep.wakeup();
  }

  // ---- how the loop ends

  /** Registers what must end before the loop can close. On the loop's thread. */
  public void add(LoopResource resource) {
    assert inLoop();
    end.add(resource);
  }

  /** The counterpart of {@link #add}: the resource has ended. */
  public void remove(LoopResource resource) {
    assert inLoop();
    end.remove(resource);
  }

  /** A connection lives here from now on, or is on its way. From any thread. */
  public void addConnection() {
    connections.getAndIncrement();
  }

  /** The counterpart of {@link #addConnection}. */
  public void removeConnection() {
    int before = connections.getAndDecrement();
    assert before > 0;
  }

  @Override
  public int connections() {
    return connections.get();
  }

  @Override
  public void close() {
    inbox.close();
    if (life.closeUnstarted()) {
      end.endUnstarted();
    } else if (life.beginClosing()) {
      wakeup(); // on the loop's own thread too: its next turn must not wait
    }
  }

  /** Tells the error handler what a callback threw. */
  public void report(Throwable error) {
    LoopLog.tell(parts.errorHandler(), this, error);
  }

  /**
   * Adds to what a callback threw where the callback comes from, if that is remembered. On the
   * loop's thread.
   */
  public void addOriginTo(Throwable error) {
    if (TaskOrigin.ON) {
      TaskOrigin.addTo(error, progress.running());
    }
  }

  /** The default error handler. */
  public static void logError(ZLoop loop, Throwable error) {
    LoopLog.error("a callback failed on loop " + loop.name(), error);
  }

  @Override
  public boolean isClosed() {
    return inbox.isClosed();
  }

  /** Whether it has had its last turn. From any thread. */
  public boolean hasEnded() {
    return life.isClosed();
  }

  @Override
  public CompletionStage<Void> onClosed() {
    return end.stage();
  }

  // ---- what it is made of

  @Override
  public String name() {
    return parts.name();
  }

  @Override
  public Backend backend() {
    return parts.backend();
  }

  @Override
  public int pendingTasks() {
    return inbox.size();
  }

  @Override
  public CompletionStage<String> dump() {
    return dump.take(LoopDump.PATIENCE);
  }

  /** For tests, which do not wait a second. */
  CompletionStage<String> dump(Duration patience) {
    return dump.take(patience);
  }

  @Override
  public Executor executor() {
    return parts.executor();
  }

  /**
   * Runs what would block on the {@link #executor}. From any thread, and also once the loop is
   * closed.
   *
   * @throws RejectedExecutionException if the executor refuses; the message says why
   */
  public void offload(Runnable task) {
    Offload.handOver(this, task);
  }

  @Override
  public LoopHealth health() {
    return watch.health();
  }

  /** How far the turn at hand has come. */
  Progress progress() {
    return progress;
  }

  /** The one that runs the turns, or null. From any thread. */
  Thread thread() {
    return life.owner();
  }

  /** For who wants to know how the turns go. On the loop's thread. */
  public TurnMeter meter() {
    return meter;
  }

  /** The port that the loop was made with; what lives on the loop does its I/O there. */
  public IoPort io() {
    return io;
  }

  @Override
  public String toString() {
    return "ZLoop[" + name() + ", " + backend() + ", " + life + "]";
  }
}
