package dev.zloop.core.loop;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.zloop.core.Timer;
import dev.zloop.core.ZLoop;
import dev.zloop.nativereactor.Backend;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;

/**
 * The run cycle. {@link #runOnce} is one turn; the rest is how work gets in and how the loop ends.
 *
 * <p>What several threads share is {@link #inbox}, {@link #sleep}, {@link #owner} and {@link
 * #phase}; everything else belongs to the loop's thread.
 */
public final class EventLoop implements ZLoop {
  private static final System.Logger LOG = System.getLogger("dev.zloop.core");

  /** Delays beyond this count as this: deadlines are compared by their difference. */
  private static final long DELAY_NANOS_MAX = Long.MAX_VALUE / 2;

  /** Values of {@link #sleep}. */
  private static final int AWAKE = 0;

  private static final int ASLEEP = 1;
  private static final int NOTIFIED = 2;

  private static final VarHandle SLEEP;
  private static final VarHandle OWNER;
  private static final VarHandle PHASE;

  static {
    try {
      var lookup = MethodHandles.lookup();
      SLEEP = lookup.findVarHandle(EventLoop.class, "sleep", int.class);
      OWNER = lookup.findVarHandle(EventLoop.class, "owner", Thread.class);
      PHASE = lookup.findVarHandle(EventLoop.class, "phase", Phase.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private enum Phase {
    NEW,
    OPEN,
    CLOSING,
    CLOSED
  }

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
      ErrorHandler errorHandler) {}

  private final Parts parts;
  private final IoPort io;
  private final Clock clock;

  private final Inbox inbox = new Inbox(1024);
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /** AWAKE, ASLEEP or NOTIFIED: see {@link #announceSleep}. */
  private volatile int sleep;

  /** The thread that runs the turns, from the first one on, or from {@link #start}. */
  private volatile Thread owner;

  private volatile Phase phase = Phase.NEW;

  private final ArrayDeque<Runnable> ready = new ArrayDeque<>(256);
  private final TimerHeap timers = new TimerHeap();
  private final Set<LoopResource> resources = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean resourcesTold;
  private boolean inTurn;
  private boolean ioClosed;

  public EventLoop(Parts parts) {
    this.parts = parts;
    this.io = parts.io();
    this.clock = parts.clock();
  }

  @Override
  public int runOnce(long deadlineNanos, boolean mayBlock, int maxTasks) {
    enter(maxTasks);
    try {
      takeInbox();
      await(mayBlock ? timeoutNanos(deadlineNanos) : 0);
      int served = io.dispatch();
      takeInbox();
      takeDueTimers();
      runReady(maxTasks);
      if (phase == Phase.CLOSING) {
        advanceClosing();
      }
      return served;
    } catch (Throwable defect) {
      stopLoudly(defect);
      throw defect;
    } finally {
      inTurn = false;
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
    if (timeoutNanos == 0 || !announceSleep()) {
      io.await(0);
      return;
    }
    io.await(timeoutNanos);
    awake();
  }

  /**
   * Says that the loop sleeps, so that whoever adds work from now on wakes it, and then looks at
   * the inbox once more. Both sides write before they read, with volatile order: either this loop
   * sees the task, or the task's sender sees ASLEEP.
   *
   * @return whether the loop may sleep
   */
  private boolean announceSleep() {
    if (SLEEP.compareAndSet(this, AWAKE, ASLEEP) && inbox.isEmpty()) {
      return true;
    }
    awake();
    return false;
  }

  /**
   * Consumes a wakeup. An exchange and not a mere store: what was written before {@link #wakeup} is
   * visible in the turn that consumes it.
   */
  private void awake() {
    SLEEP.getAndSet(this, AWAKE);
  }

  private void takeDueTimers() {
    TimerTask first = timers.peek();
    if (first == null) {
      return;
    }
    long now = clock.nanoTime();
    for (; first != null && first.deadlineNanos - now <= 0; first = timers.peek()) {
      first.becomeDue(timers);
      ready.add(first);
    }
  }

  private void runReady(int maxTasks) {
    for (int left = Math.min(ready.size(), maxTasks); left > 0; left--) {
      Runnable task = ready.poll();
      try {
        task.run();
      } catch (Throwable error) {
        report(error);
      }
    }
  }

  // ---- whose turn it is

  private void enter(int maxTasks) {
    if (maxTasks < 1) {
      throw new IllegalArgumentException("maxTasks is " + maxTasks + ", expected at least 1");
    }
    Thread current = Thread.currentThread();
    if (owner != current && !OWNER.compareAndSet(this, (Thread) null, current)) {
      throw new IllegalStateException(
          "loop " + name() + " belongs to thread " + owner.getName() + ", called from " + current);
    }
    if (phase == Phase.NEW) {
      PHASE.compareAndSet(this, Phase.NEW, Phase.OPEN);
    }
    if (phase == Phase.CLOSED) {
      throw new IllegalStateException("loop " + name() + " is closed");
    }
    if (inTurn) {
      throw new IllegalStateException(
          "loop " + name() + " is in a turn: runOnce called from a task");
    }
    inTurn = true;
  }

  @Override
  public ZLoop start() {
    if (owner != null || phase != Phase.NEW) {
      throw notStartable();
    }
    Thread thread =
        Objects.requireNonNull(
            parts.threadFactory().newThread(this::runUntilClosed),
            "the thread factory made no thread");
    thread.setName(name());
    if (!OWNER.compareAndSet(this, (Thread) null, thread)
        || !PHASE.compareAndSet(this, Phase.NEW, Phase.OPEN)) {
      throw notStartable(); // somebody was faster
    }
    try {
      thread.start();
    } catch (Throwable error) {
      stopLoudly(error);
      throw error;
    }
    return this;
  }

  private IllegalStateException notStartable() {
    return new IllegalStateException(
        phase == Phase.CLOSING || phase == Phase.CLOSED
            ? "loop " + name() + " is closed"
            : "loop " + name() + " was started before: it belongs to thread " + owner.getName());
  }

  private void runUntilClosed() {
    while (phase != Phase.CLOSED) {
      runOnce(NO_DEADLINE, true, Integer.MAX_VALUE);
    }
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == owner;
  }

  /** Whether a thread runs the turns, or is about to: otherwise nothing given to it happens. */
  public boolean isDriven() {
    return owner != null;
  }

  // ---- how work gets in

  @Override
  public void execute(Runnable task) {
    Objects.requireNonNull(task, "task");
    if (inLoop() && !inbox.isClosed()) {
      ready.add(task);
    } else if (inbox.offer(task)) {
      wakeIfAsleep();
    } else {
      throw rejected();
    }
  }

  @Override
  public Timer schedule(Runnable task, Duration delay) {
    Objects.requireNonNull(task, "task");
    return schedule(task, saturatedNanos(delay));
  }

  private static long saturatedNanos(Duration delay) {
    try {
      return delay.toNanos();
    } catch (ArithmeticException tooLong) {
      return delay.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }

  /** As {@link #schedule(Runnable, Duration)}, with the delay in nanoseconds. */
  public Timer schedule(Runnable task, long delayNanos) {
    if (delayNanos <= 0) {
      return scheduleNow(task);
    }
    return scheduleAt(task, clock.nanoTime() + Math.min(delayNanos, DELAY_NANOS_MAX));
  }

  /** Runs a task once the clock says {@code deadlineNanos}; for rates that must not drift. */
  public Timer scheduleAt(Runnable task, long deadlineNanos) {
    TimerTask timer = new TimerTask(this, task, deadlineNanos);
    if (inLoop() && !inbox.isClosed()) {
      timers.add(timer);
    } else {
      execute(timer);
    }
    return timer;
  }

  private Timer scheduleNow(Runnable task) {
    TimerTask timer = new TimerTask(this, task, 0);
    timer.becomeDue();
    execute(timer);
    return timer;
  }

  /** The time by the loop's clock, as {@link #scheduleAt} takes it. */
  public long nanoTime() {
    return clock.nanoTime();
  }

  void arm(TimerTask timer) {
    timers.add(timer);
  }

  void disarm(TimerTask timer) {
    timers.remove(timer);
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

  private RejectedExecutionException rejected() {
    return new RejectedExecutionException("loop " + name() + " is closed: it takes no new work");
  }

  @Override
  public void wakeup() {
    if ((int) SLEEP.getAndSet(this, NOTIFIED) == ASLEEP) {
      io.wakeup();
    }
  }

  private void wakeIfAsleep() {
    if (sleep == ASLEEP && SLEEP.compareAndSet(this, ASLEEP, NOTIFIED)) {
      io.wakeup();
    }
  }

  // ---- how the loop ends

  /** Registers what must end before the loop can close. On the loop's thread. */
  public void add(LoopResource resource) {
    assert inLoop();
    boolean added = resources.add(resource);
    assert added;
    if (resourcesTold) {
      defer(() -> tellClosing(resource));
    }
  }

  /** The counterpart of {@link #add}: the resource has ended. */
  public void remove(LoopResource resource) {
    assert inLoop();
    boolean removed = resources.remove(resource);
    assert removed;
  }

  @Override
  public void close() {
    inbox.close();
    if (PHASE.compareAndSet(this, Phase.NEW, Phase.CLOSED)) {
      reportUnrun("the loop was closed before it was started");
      try {
        end();
      } catch (Throwable defect) {
        stopLoudly(defect);
        throw defect;
      }
    } else if (PHASE.compareAndSet(this, Phase.OPEN, Phase.CLOSING)) {
      wakeup(); // on the loop's own thread too: its next turn must not wait
    }
  }

  private void advanceClosing() {
    if (!resourcesTold) {
      resourcesTold = true;
      List.copyOf(resources).forEach(this::tellClosing);
    }
    if (resources.isEmpty() && ready.isEmpty() && inbox.isEmpty()) {
      abandonTimers();
      end();
    }
  }

  /** Unless it has ended meanwhile, as one resource may end another. */
  private void tellClosing(LoopResource resource) {
    if (resources.contains(resource)) {
      resource.onLoopClosing();
    }
  }

  private void end() {
    closeIo();
    phase = Phase.CLOSED;
    closed.complete(null);
  }

  /** Not again where it failed: a descriptor's number may be somebody else's by then. */
  private void closeIo() {
    if (!ioClosed) {
      ioClosed = true;
      io.close();
    }
  }

  private void abandonTimers() {
    int abandoned = timers.size();
    timers.clear(timer -> giveBack(timer.abandon()));
    if (abandoned > 0) {
      log(DEBUG, "loop " + name() + " closed; pending timers cancelled: " + abandoned, null);
    }
  }

  /** A defect of the engine itself: its state cannot be trusted, so it must not go on. */
  private void stopLoudly(Throwable defect) {
    log(ERROR, "loop " + name() + " stops because of a defect", defect);
    inbox.close();
    phase = Phase.CLOSED;
    abandonTimers();
    reportUnrun("the loop stopped because of a defect");
    try {
      closeIo();
    } catch (Throwable error) {
      suppress(error, defect);
    }
    closed.completeExceptionally(defect);
  }

  private static void suppress(Throwable error, Throwable because) {
    if (error != because) { // which it may be, and an exception cannot suppress itself
      because.addSuppressed(error);
    }
  }

  private void giveBack(Runnable unrun) {
    if (unrun instanceof Abandonable holder) {
      try {
        holder.abandon();
      } catch (Throwable error) {
        report(error);
      }
    }
  }

  private void reportUnrun(String why) {
    while (!inbox.isEmpty()) {
      Runnable task = inbox.poll();
      if (task != null) {
        ready.add(task);
      }
    }
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      reportUnrun(task, why);
    }
  }

  /** A timer that is not due yet is only cancelled, as {@link #close} says. */
  private void reportUnrun(Runnable task, String why) {
    Runnable unrun = task;
    boolean due = true;
    if (task instanceof TimerTask timer) {
      unrun = timer.abandon();
      due = timer.isDue();
    }
    if (unrun != null && due) {
      String what = nameOf(unrun) + " will not run on " + name() + ": " + why;
      report(new RejectedExecutionException(what));
    }
    giveBack(unrun);
  }

  private static String nameOf(Runnable task) {
    try {
      return task.toString();
    } catch (Throwable itHasNone) {
      return task.getClass().getName();
    }
  }

  /** Tells the error handler what a callback threw. */
  public void report(Throwable error) {
    try {
      parts.errorHandler().onError(this, error);
    } catch (Throwable another) {
      suppress(error, another);
      log(ERROR, "the error handler of loop " + name() + " failed", another);
    }
  }

  /** The default error handler. */
  public static void logError(ZLoop loop, Throwable error) {
    log(ERROR, "a callback failed on loop " + loop.name(), error);
  }

  /**
   * A logger that fails, because its file is gone or it may not block here, is not worth a loop.
   */
  private static void log(System.Logger.Level level, String message, Throwable error) {
    try {
      LOG.log(level, message, error);
    } catch (Throwable failed) {
      // There is nobody left to tell.
    }
  }

  @Override
  public boolean isClosed() {
    return inbox.isClosed();
  }

  @Override
  public CompletionStage<Void> onClosed() {
    return closed.minimalCompletionStage();
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
  public Executor executor() {
    return parts.executor();
  }

  /** The port that the loop was made with; what lives on the loop does its I/O there. */
  public IoPort io() {
    return io;
  }

  @Override
  public String toString() {
    return "ZLoop[" + name() + ", " + backend() + ", " + phase + "]";
  }
}
