package dev.zloop.simulation;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.kernel.Endpoint;
import dev.zloop.simulation.kernel.Kernel;
import dev.zloop.simulation.kernel.SimulatedPort;
import dev.zloop.simulation.kernel.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * A machine and a network that exist in memory only, with a time of their own. Loops on it are real
 * ones: whatever runs on a {@link ZLoop} runs here, without a socket being opened, without waiting,
 * and in the same way each time that the same seed is given.
 *
 * <pre>{@code
 * try (Simulation simulation = Simulation.of(42, Faults.HARMLESS)) {
 *   ZLoop loop = simulation.loop(Backend.EPOLL);
 *   DisposableServer server = simulation.await(
 *       TcpServer.create().runOn(loop).port(7000).handle(echo).bind().toFuture());
 *   SimulatedPeer peer = simulation.connect(server.address());
 *   peer.send("hello");
 *   simulation.runUntil(() -> peer.receivedText().equals("hello"));
 * }
 * }</pre>
 *
 * <p>Everything happens on the thread that calls: the loops belong to it, and run while one of
 * {@link #runUntil}, {@link #runFor} and {@link #await} does. Blocking work goes through the loops'
 * executor, which runs it at once. What waits for another thread waits in vain here: {@code
 * block()}, {@code bindNow()}.
 *
 * <p>What is found wrong is an {@link AssertionError} that names the seed: a loop that misuses a
 * descriptor, an exception that nobody caught, something left open at the end.
 */
public final class Simulation implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int CHUNKS_MAX = 16;

  /** How long, in simulated time, loops may take to close. */
  private static final long CLOSE_NANOS_MAX = Duration.ofHours(1).toNanos();

  private final Kernel kernel;
  private final List<SimulatedLoop> loops = new ArrayList<>();
  private final List<Throwable> errors = new ArrayList<>();

  /** When the run that is going on ends; true ends it. */
  private BooleanSupplier goal = () -> true;

  private long runDeadline;
  private boolean hasDeadline;

  /** How often in a row a loop that waits could not be woken by anything any more. */
  private int stuckWaits;

  /** A loop that waits may have been given work by another one, on this same thread. */
  private boolean waitIsToEnd;

  private boolean closed;

  private Simulation(long seed, Faults faults) {
    kernel = new Kernel(seed);
    kernel.setFaults(faults);
    kernel.driveBy(new Driver());
  }

  /** A machine on which nothing goes wrong by itself. */
  public static Simulation of(long seed) {
    return of(seed, Faults.NONE);
  }

  /** A machine on which things go wrong. */
  public static Simulation of(long seed, Faults faults) {
    return new Simulation(seed, faults);
  }

  /** What everything follows from. */
  public long seed() {
    return kernel.seed();
  }

  /** Changes what goes wrong, from here on. */
  public void setFaults(Faults faults) {
    kernel.setFaults(faults);
  }

  /** How many descriptors may be open at a time; 1,024 by default. Beyond, EMFILE. */
  public void setDescriptorsMax(int max) {
    kernel.setDescriptorMax(max);
  }

  /** The longest that a packet usually takes; 200 microseconds by default. The shortest is 0. */
  public void setLatencyMax(Duration latency) {
    kernel.setLatencyMax((int) Math.min(Integer.MAX_VALUE, latency.toNanos()));
  }

  /** The simulated time, which the loops have for {@link System#nanoTime}. */
  public long nanoTime() {
    return kernel.nanoTime();
  }

  // ---- who takes part

  /**
   * A loop on this machine. It is the calling thread's; do not start it.
   *
   * @param backend whose behaviour is simulated; none of them needs to be available here
   */
  public ZLoop loop(Backend backend) {
    SimulatedLoop loop = new SimulatedLoop(backend, "simulated-" + (loops.size() + 1));
    loops.add(loop);
    loop.turn(); // from here on it is this thread's
    return loop.loop;
  }

  /**
   * Somebody who connects to what listens on this machine. The connection stands some time later.
   *
   * @param address an IP address and port, or a Unix path
   */
  public SimulatedPeer connect(SocketAddress address) {
    Socket socket = kernel.outside(Endpoint.isUnix(address));
    SimulatedPeer peer = new SimulatedPeer(socket);
    kernel.connect(socket, address);
    return peer;
  }

  /**
   * Somebody to whom loops of this machine can connect.
   *
   * @param address an IP address and port, 0 for any, or a Unix path
   */
  public SimulatedListener listen(SocketAddress address) {
    Socket socket = kernel.outside(Endpoint.isUnix(address));
    kernel.listen(socket, address, 128);
    return new SimulatedListener(socket);
  }

  // ---- running

  /**
   * Runs the loops, and lets time pass, until something is true.
   *
   * @throws AssertionError if nothing is left to happen before it is
   */
  public void runUntil(BooleanSupplier condition) {
    hasDeadline = false;
    run(condition);
    if (isStuck() && !condition.getAsBoolean()) {
      throw failure("nothing is left to happen, and the condition is not true", null);
    }
  }

  /** Runs the loops for some simulated time. */
  public void runFor(Duration duration) {
    runFor(duration.toNanos(), () -> false);
  }

  private void runFor(long nanos, BooleanSupplier condition) {
    hasDeadline = true;
    runDeadline = kernel.nanoTime() + nanos;
    run(condition);
    hasDeadline = false;
  }

  /**
   * Runs the loops until a stage is complete.
   *
   * @return its value
   * @throws AssertionError if it fails, with why as its cause, or will never be complete
   */
  public <T> T await(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    runUntil(future::isDone);
    try {
      return future.join();
    } catch (CompletionException failed) {
      throw failure("what was awaited has failed: " + failed.getCause(), failed.getCause());
    }
  }

  private void run(BooleanSupplier until) {
    goal = until;
    stuckWaits = 0;
    while (!isOver()) {
      SimulatedLoop next = nextLoop();
      if (next != null) {
        next.turn();
      } else {
        passWithoutLoops();
      }
    }
    goal = () -> true;
    kernel.check();
  }

  private boolean isOver() {
    return isStuck() || hasDeadline && runDeadline - kernel.nanoTime() <= 0 || goal.getAsBoolean();
  }

  /** One that lives, another one each time. */
  private SimulatedLoop nextLoop() {
    loops.removeIf(SimulatedLoop::hasEnded);
    if (loops.size() > 1) {
      loops.add(loops.removeFirst());
    }
    return loops.isEmpty() ? null : loops.getFirst();
  }

  private void passWithoutLoops() {
    if (hasDeadline && !kernel.hasPlans()) {
      kernel.pass(runDeadline - kernel.nanoTime());
    } else if (kernel.hasPlans()) {
      kernel.passToNext();
    } else {
      stuckWaits = Integer.MAX_VALUE;
    }
  }

  /** One turn more is tried, since what is not a loop may have given one some work as well. */
  private boolean isStuck() {
    return stuckWaits > loops.size() + 1;
  }

  /** Lets the loops that do not wait at this moment have their turns. */
  private final class Driver implements Kernel.Driver {
    @Override
    public boolean mayWait() {
      return !waitIsToEnd && !isOver() && loops.stream().filter(loop -> loop.inTurn).count() == 1;
    }

    @Override
    public long idle() {
      long soonest = hasDeadline ? runDeadline - kernel.nanoTime() : Long.MAX_VALUE;
      for (SimulatedLoop loop : List.copyOf(loops)) {
        if (!loop.inTurn && !loop.hasEnded()) {
          soonest = Math.min(soonest, loop.turnUntilItSleeps());
        }
      }
      return Math.max(0, soonest);
    }

    @Override
    public void stuck() {
      stuckWaits++;
    }
  }

  /** A loop, and how it sleeps. */
  private final class SimulatedLoop implements SimulatedPort.Interleaving {
    final EventLoop loop;
    boolean inTurn;

    /** What the last turn was willing to wait: 0 not at all, negative for ever. */
    private long timeoutNanos;

    SimulatedLoop(Backend backend, String name) {
      SimulatedPort port = SimulatedPort.open(kernel, backend, CHUNK_BYTES, CHUNKS_MAX);
      port.interleave(this);
      loop =
          new EventLoop(
              new EventLoop.Parts(
                  name,
                  backend,
                  port,
                  kernel::nanoTime,
                  task -> {
                    throw new IllegalStateException("a simulated loop is run by its simulation");
                  },
                  Runnable::run,
                  (failed, error) -> errors.add(error)));
    }

    @Override
    public void beforeWait(long timeout) {
      timeoutNanos = timeout;
      if (timeout == 0) {
        stuckWaits = 0;
      }
    }

    boolean hasEnded() {
      return loop.onClosed().toCompletableFuture().isDone();
    }

    void turn() {
      waitIsToEnd = false;
      inTurn = true;
      try {
        loop.runOnce(ZLoop.NO_DEADLINE, true, Integer.MAX_VALUE);
      } finally {
        inTurn = false;
      }
    }

    /** The nanoseconds that it would sleep, or {@link Long#MAX_VALUE}. */
    long turnUntilItSleeps() {
      for (int quietTurns = 0; quietTurns < 2 && !hasEnded(); ) {
        timeoutNanos = 0;
        inTurn = true;
        try {
          int served = loop.runOnce(ZLoop.NO_DEADLINE, true, Integer.MAX_VALUE);
          // A turn that was willing to wait may still have run a timer, or another's task.
          boolean quiet = served == 0 && timeoutNanos != 0;
          quietTurns = quiet ? quietTurns + 1 : 0;
          waitIsToEnd |= !quiet;
        } finally {
          inTurn = false;
        }
      }
      return timeoutNanos < 0 || hasEnded() ? Long.MAX_VALUE : timeoutNanos;
    }
  }

  // ---- what came of it

  /**
   * What callbacks on the loops have thrown so far. Whoever asks has seen it: only what comes later
   * fails {@link #close}.
   */
  public List<Throwable> takeErrors() {
    List<Throwable> taken = List.copyOf(errors);
    errors.clear();
    return taken;
  }

  private AssertionError failure(String what, Throwable cause) {
    return new AssertionError("seed " + seed() + ": " + what, cause);
  }

  /**
   * Closes the loops, and looks whether all is in order: every descriptor closed, no callback's
   * exception untold. Idempotent.
   *
   * @throws AssertionError if it is not
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    kernel.setFaults(Faults.NONE);
    List<SimulatedLoop> all = List.copyOf(loops);
    all.forEach(simulated -> simulated.loop.close());
    runFor(CLOSE_NANOS_MAX, () -> all.stream().allMatch(SimulatedLoop::hasEnded));
    for (SimulatedLoop simulated : all) {
      if (!simulated.hasEnded()) {
        throw failure(simulated.loop + " does not come to its end", null);
      }
      simulated.loop.onClosed().toCompletableFuture().join();
    }
    kernel.check();
    if (kernel.openDescriptors() > 0) {
      throw failure("left open: " + kernel.openSockets(), null);
    }
    if (!errors.isEmpty()) {
      throw failure("a callback threw " + errors.getFirst(), errors.getFirst());
    }
  }
}
