package dev.zloop.core;

import dev.zloop.core.edge.Signals;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.nativereactor.Backend;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;

/**
 * One single-threaded event loop on the kernel's own facility: it waits for I/O, fires timers and
 * runs tasks, one after the other, on one thread.
 *
 * <p>A loop is driven either by a thread of its own ({@link #start}) or by an embedder that calls
 * {@link #runOnce}. It belongs to the first thread that runs a turn. A task must not block: while
 * it runs, nothing else on the loop does.
 *
 * <pre>{@code
 * ZLoop loop = ZLoop.builder().name("demo").build().start();
 * loop.execute(() -> System.out.println("on the loop"));
 * loop.schedule(loop::close, Duration.ofSeconds(1));
 * loop.onClosed().toCompletableFuture().join();
 * }</pre>
 *
 * <p>All methods may be called from any thread, except {@link #runOnce}, which is the owner's.
 */
public sealed interface ZLoop extends Executor, AutoCloseable permits EventLoop {

  /** For {@link #runOnce}: no deadline but the loop's own timers. */
  long NO_DEADLINE = Long.MAX_VALUE;

  /** A loop to configure. Every setting has a default. */
  static Builder builder() {
    return new Builder();
  }

  /**
   * The loop that the calling thread runs: in its tasks, timers and callbacks, and as long as the
   * thread is the loop's. Where an embedder drives several loops on one thread, the one whose turn
   * it is, or was last. Empty on any other thread, and where the thread's loop has closed.
   */
  static Optional<ZLoop> current() {
    return Optional.ofNullable(EventLoop.current());
  }

  /** The name, also that of its thread. */
  String name();

  /** The kernel facility that serves this loop. */
  Backend backend();

  /**
   * Starts the loop on a thread of its own, made by the thread factory.
   *
   * @return this loop
   * @throws IllegalStateException if it was started before, is driven by an embedder, or is closed
   */
  ZLoop start();

  /**
   * Runs a task on the loop, in a turn to come. Tasks of one thread run in the order in which that
   * thread gave them; never within this call, also not on the loop's own thread.
   *
   * @throws RejectedExecutionException if the loop is closed; the task will not run
   */
  @Override
  void execute(Runnable task);

  /**
   * Runs a task on the loop once {@code delay} has passed; never within this call. A delay of zero
   * or less means a turn to come. Delays beyond 146 years count as that.
   *
   * @throws RejectedExecutionException if the loop is closed; the task will not run
   */
  Timer schedule(Runnable task, Duration delay);

  /**
   * Runs a handler on the loop whenever the process gets a signal, instead of what the signal did
   * before: one who asks for {@code TERM} is to end the program. Several may ask for one signal, on
   * one loop or on several, and all are told. When the last of them is gone, by {@link
   * SignalWatch#close} or because its loop closes, what was there before comes back. Signals that
   * come faster than they are handled may be told as one. One that was ignored when the JVM
   * started, as nohup has it with {@code HUP}, stays ignored.
   *
   * @param name of the signal, without SIG: {@code TERM}, {@code INT}, {@code HUP}, {@code USR1},
   *     ..
   * @throws IllegalArgumentException if there is no such signal, or the JVM, or an option that it
   *     was started with, keeps it from programs; the message says which, and what to do
   * @throws RejectedExecutionException if the loop is closed
   * @throws UnsupportedOperationException if the Java runtime was made without the module
   *     jdk.unsupported
   */
  default SignalWatch onSignal(String name, Runnable handler) {
    return Signals.watch((EventLoop) this, name, handler);
  }

  /** Whether the calling thread is the one that this loop runs on. */
  boolean inLoop();

  /**
   * Runs one turn, for embedders: takes what other threads gave, waits for I/O if it may, serves
   * what is ready, fires due timers, and runs the tasks that were there by then.
   *
   * @param deadlineNanos when to stop waiting, in terms of {@link System#nanoTime}, or {@link
   *     #NO_DEADLINE}; a nearer timer of the loop goes first
   * @param mayBlock whether to wait at all
   * @param maxTasks how many tasks to run at the most; what is left over runs in the next turn. At
   *     least 1
   * @return how many I/O handles were served
   * @throws IllegalStateException if the loop belongs to another thread, a turn is running, or the
   *     loop has closed
   */
  int runOnce(long deadlineNanos, boolean mayBlock, int maxTasks);

  /**
   * Makes the turn that waits return, or the next one that would wait not do so. Sticky: it is
   * consumed when the loop next announces that it sleeps.
   */
  void wakeup();

  /** How many tasks other threads gave that the loop has not yet taken: the inbox has no bound. */
  int pendingTasks();

  /**
   * How many connections the loop has: those that live on it, accepted ones and a client's, and
   * those that were accepted elsewhere and are on their way to it. It may change at any moment.
   */
  int connections();

  /**
   * How the loop is: whether it is driven, comes round, or is blocked, and how often it was. Costs
   * next to nothing and never waits, so that it serves a health check, also of a blocked loop.
   */
  LoopHealth health();

  /**
   * What the loop has and does, as text for a person: tasks, timers, memory, and each connection,
   * listener, connect, lookup and datagram socket, no more than 1,000 of a kind. The loop itself
   * collects it, bit by bit in some turns. If it does not come round to that within a second, the
   * text is what can be seen from outside, with the stack of its thread. The text is not for
   * programs: it may change with any release.
   *
   * <p>Called on the loop's thread, the text is there at once, in the one turn. Otherwise what
   * depends on the stage runs on a thread of the JDK's common pool, where it may print.
   *
   * @return never fails
   */
  CompletionStage<String> dump();

  /**
   * Where blocking work goes: name resolution, files, what TLS may not do on a loop, and whatever
   * else a program has of it.
   */
  Executor executor();

  /**
   * Closes the loop: new work is rejected from here on, connections end, tasks that were accepted
   * run, pending timers are cancelled, and then every descriptor and segment is freed. Idempotent.
   * It never waits; {@link #onClosed} tells the end.
   *
   * <p>Connections end at once. One with nothing left to send is closed in order; one with unsent
   * bytes is reset, so that its peer does not take what it has for the whole. For a graceful end
   * close the connections first. A loop that an embedder drives finishes closing in the turns that
   * the embedder goes on to run, until {@link #onClosed} is done.
   */
  @Override
  void close();

  /** Whether {@link #close} was called, or a defect stopped the loop: it rejects new work. */
  boolean isClosed();

  /**
   * Done when the loop has closed and freed everything; failed when it had to stop because of a
   * defect. Completed on the loop's thread.
   */
  CompletionStage<Void> onClosed();

  /** What a loop does with an exception that one of its callbacks throws. The loop goes on. */
  @FunctionalInterface
  interface ErrorHandler {

    /** Called on the loop's thread. What it throws itself is logged. */
    void onError(ZLoop loop, Throwable error);
  }

  /**
   * Settings of a loop. Not safe for use by several threads.
   *
   * <p>What concerns one kernel facility only is set by properties: {@code zloop.uring.entries},
   * how many operations a loop on io_uring queues before it has to give them to the kernel, from 8
   * to 8192; 1024 if nothing is said.
   */
  final class Builder {
    private final LoopFactory.Settings settings = new LoopFactory.Settings();

    private Builder() {}

    /** The loop's name and its thread's. Default: {@code zloop-} and a number. */
    public Builder name(String name) {
      settings.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * The kernel facility to use, and no other. Default: the property {@code zloop.backend}, else
     * the first of {@link Backend#candidates} that can be had; if that is not the first of all, the
     * log says why.
     */
    public Builder backend(Backend backend) {
      settings.backend = Objects.requireNonNull(backend, "backend");
      return this;
    }

    /**
     * How much memory the loop receives into. What its users retain beyond that is copied, as they
     * arrive, to memory that the garbage collector frees. Taken from the system as there is need.
     * Default: the property {@code zloop.receiveMemory}, else 16 MiB.
     *
     * @param bytes from 1 MiB to 512 MiB; rounded up to a multiple of 256 KiB
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder receiveMemory(long bytes) {
      settings.receiveBytes = IoMemory.RECEIVE_MEMORY.require("receiveMemory", bytes);
      return this;
    }

    /** Makes the thread of {@link ZLoop#start}. Default: daemon platform threads. */
    public Builder threadFactory(ThreadFactory threadFactory) {
      settings.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
      return this;
    }

    /**
     * Where blocking work goes: name resolution, files that are opened, read and closed, and what
     * TLS may not do on a loop. It is not closed with the loop. What it refuses fails, and says so.
     * Default: a pool of daemon threads that all loops share, named {@code zloop-blocking-N}: at
     * most 16, or what the property {@code zloop.blocking.threads} says, for which 10000 tasks may
     * wait, or {@code zloop.blocking.queue}.
     */
    public Builder executor(Executor executor) {
      settings.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /** What hears of exceptions that callbacks throw. Default: a {@link System.Logger} error. */
    public Builder errorHandler(ErrorHandler errorHandler) {
      settings.errorHandler = Objects.requireNonNull(errorHandler, "errorHandler");
      return this;
    }

    /**
     * When the loop counts as blocked: a turn has been at work for so long, and {@link
     * #blockedHandler} is told. A daemon thread, one for all loops of the JVM, looks for such
     * turns. What it costs the loop is a few stores a callback. Time in which the whole JVM stood
     * still, for the garbage collector or with its machine, does not count. Default: the property
     * {@code zloop.blockedMillis}, else 2 s.
     *
     * @param time from 1 ms to a day, but found no sooner than in two looks of 10 ms; zero for
     *     never
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder blockedAfter(Duration time) {
      settings.watching.blockedAfter(time);
      return this;
    }

    /**
     * When a single callback counts as slow: {@link LoopHealth#slowCallbacks} counts it, and the
     * log has a line at level {@code DEBUG}. It is looked for twice in that time, so that one which
     * is barely slow may be missed. Default: the property {@code zloop.slowMillis}, else 100 ms.
     *
     * @param time from 1 ms to a day, but found no sooner than in two looks of 10 ms; zero for
     *     never
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder slowAfter(Duration time) {
      settings.watching.slowAfter(time);
      return this;
    }

    /** What hears of a blocked loop. Default: {@link BlockedHandler#logging}. */
    public Builder blockedHandler(BlockedHandler handler) {
      settings.watching.handler(Objects.requireNonNull(handler, "blockedHandler"));
      return this;
    }

    /**
     * Makes the loop, with its descriptors and memory; {@link ZLoop#start} sets it going. Close it
     * also when it was never started.
     *
     * @throws UnsupportedOperationException if the backend cannot be had; the message says why
     * @throws java.io.UncheckedIOException if the kernel refuses a descriptor or memory
     */
    public ZLoop build() {
      return LoopFactory.create(settings);
    }
  }
}
