package dev.zloop.simulation.swarm;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import dev.zloop.core.transport.Lease;
import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.Fault;
import dev.zloop.simulation.Faults;
import dev.zloop.simulation.kernel.Call;
import dev.zloop.simulation.kernel.Coverage;
import dev.zloop.simulation.kernel.Dice;
import dev.zloop.simulation.kernel.Kernel;
import dev.zloop.simulation.kernel.Rings;
import dev.zloop.simulation.kernel.SimulatedPort;
import dev.zloop.simulation.kernel.SocketState;
import java.util.ArrayList;
import java.util.List;

/**
 * One seed: a loop, a dozen connections on it, and some two thousand things that they do, over a
 * kernel on which things go wrong. Then nothing goes wrong any more, and everything must come to
 * its end. What the engine promises is checked all the while.
 */
final class Swarm implements Kernel.Driver, SimulatedPort.Interleaving {
  static final int OPERATIONS = 2_000;
  static final int CONNECTIONS_MIN = 8;

  /** Far more than the longest of many thousand seeds took. */
  private static final int TURNS_MAX = 200_000;

  /** In simulated time; a turn takes a microsecond of it at least. */
  private static final int BREATH_NANOS = 100_000_000;

  private static final int BREATH_TURNS_MAX = 60_000;
  private static final int DESCRIPTORS = 1024;

  /** A lease that was not released at once, and what must be in it. */
  record Held(Lease lease, int stream, long position) {}

  private final long seed;
  private final Plan plan;
  final Dice dice;
  final Kernel kernel;
  final Blocks blocks;
  final byte[] buffer = new byte[Outsiders.BYTES_MAX];
  private final EventLoop loop;

  final List<Actor> actors = new ArrayList<>();
  final List<Held> leases = new ArrayList<>();
  private final List<Actor> everyActor = new ArrayList<>();
  private final Tasks tasks;
  private final Outsiders outsiders;
  private final Meetings meetings;

  private int operations;
  private int connections;
  private int reacting;
  private int turns;
  private boolean loopClosing;
  private boolean ending;
  private boolean stuck;

  Swarm(long seed, Backend backend, Blocks blocks, Rings rings) {
    this.seed = seed;
    this.blocks = blocks;
    dice = new Dice(seed ^ 0x5EED);
    kernel = new Kernel(seed, rings);
    plan = new Plan(dice, backend);
    plan.prepare(kernel);
    kernel.driveBy(this);
    SimulatedPort port = SimulatedPort.open(kernel, backend, plan.chunkBytes, plan.chunksMax);
    port.interleave(this);
    loop =
        new EventLoop(
            new EventLoop.Parts(
                "swarm",
                backend,
                port,
                kernel::nanoTime,
                task -> {
                  throw new AssertionError("the swarm turns the loop itself");
                },
                Runnable::run,
                (failed, error) -> onError(error)));
    tasks = new Tasks(this, loop);
    outsiders = new Outsiders(this, plan);
    meetings = new Meetings(this, loop, plan, outsiders);
  }

  private void onError(Throwable error) {
    AssertionError violation = violated("a callback threw " + error);
    violation.initCause(error);
  }

  AssertionError violated(String what) {
    return kernel.violated(what);
  }

  Coverage coverage() {
    return kernel.coverage();
  }

  int operations() {
    return operations;
  }

  int connections() {
    return connections;
  }

  boolean isLoopClosing() {
    return loopClosing;
  }

  /** What the kernel may have given that is on its way to a handler. */
  int receiveSlack() {
    return plan.chunkBytes + (64 << 10);
  }

  // ---- the course of things

  /** Runs it all. What is found wrong is thrown. */
  void run() {
    turn();
    plan.unleash(kernel);
    while (operations < OPERATIONS) {
      actAndTurn();
    }
    if (dice.onceIn(8)) {
      closeLoop();
      for (int turns = dice.below(16); turns > 0 && !hasClosed(); turns--) {
        actAndTurn();
      }
    }
    kernel.setFaults(Faults.NONE);
    ending = true;
    breathe();
    kernel.setDescriptorMax(DESCRIPTORS);
    if (!loopClosing) {
      comeToRest();
    }
    end();
  }

  private void actAndTurn() {
    for (int left = dice.below(plan.verbsPerTurn); left > 0; left--) {
      act();
    }
    turn();
    checkActors();
    kernel.check();
  }

  private void checkActors() {
    for (int i = 0; i < actors.size(); i++) {
      actors.get(i).check();
    }
  }

  private void turn() {
    boolean waits = !dice.onceIn(4);
    long deadline = kernel.nanoTime() + dice.below(plan.turnNanosMax);
    loop.runOnce(deadline, waits, dice.onceIn(4) ? dice.between(1, 8) : Integer.MAX_VALUE);
  }

  private boolean hasClosed() {
    return loop.onClosed().toCompletableFuture().isDone();
  }

  /**
   * Some time in which nobody wants anything new, while descriptors may be short: a loop that takes
   * a turn each microsecond of it does so in vain.
   */
  private void breathe() {
    long until = kernel.nanoTime() + BREATH_NANOS;
    for (int taken = 0; until - kernel.nanoTime() > 0 && !hasClosed(); taken++) {
      check(taken < BREATH_TURNS_MAX, "the loop spins");
      loop.runOnce(until, true, Integer.MAX_VALUE);
    }
  }

  private void closeLoop() {
    loopClosing = true;
    loop.close();
  }

  /** Turns without a deadline, until nothing is left to happen. */
  private void runDry() {
    stuck = false;
    while (!stuck && !hasClosed()) {
      if (++turns > TURNS_MAX) {
        throw violated("it does not come to rest: " + actors);
      }
      loop.runOnce(ZLoop.NO_DEADLINE, true, Integer.MAX_VALUE);
      kernel.check();
    }
    checkActors();
  }

  /** Everything that was begun goes on to its end, in order. */
  private void comeToRest() {
    for (Actor actor : List.copyOf(actors)) {
      actor.startReading();
      actor.flush();
    }
    outsiders.resume();
    runDry();
    for (Actor actor : List.copyOf(actors)) {
      if (dice.onceIn(4)) {
        actor.close();
      } else {
        actor.shutdownOutput();
      }
    }
    outsiders.shutdownOutput();
    runDry();
    if (!actors.isEmpty()) {
      Actor first = actors.getFirst();
      String other = "; the other end: " + first.other() + ", " + first.peer();
      throw violated("all is quiet, and this has not ended: " + first + other);
    }
    tasks.checkDone();
    everyActor.forEach(Actor::checkEnd);
    outsiders.checkEnd();
  }

  private void end() {
    if (!loopClosing) {
      closeLoop();
    }
    if (dice.onceIn(2)) {
      releaseLeases();
    }
    runDry();
    if (!hasClosed()) {
      throw violated("all is quiet, and the loop has not closed: " + actors);
    }
    loop.onClosed().toCompletableFuture().join();
    releaseLeases();
    tasks.checkEnd();
    outsiders.close();
    check(actors.isEmpty(), "connections that never ended");
    if (kernel.openDescriptors() > 0) {
      throw violated("left open: " + kernel.openSockets());
    }
    check(blocks.out() == 0, "writes that were never released");
    kernel.check();
  }

  void check(boolean condition, String what) {
    if (!condition) {
      throw violated(what);
    }
  }

  // ---- verbs

  private void act() {
    operations++;
    int verb = dice.below(100);
    if (verb < 6 || actors.isEmpty()) {
      meet();
    } else if (verb < 70) {
      actOn(actors.get(dice.below(actors.size())));
    } else if (verb < 88) {
      if (outsiders.count() == 0) {
        meetings.connectFromOutside();
      } else {
        outsiders.act();
      }
    } else if (verb < 92) {
      releaseLease();
    } else {
      tasks.act();
    }
  }

  private void actOn(Actor actor) {
    int verb = dice.below(1_000);
    if (verb < 450) {
      write(actor);
    } else if (verb < 600) {
      actor.flush();
    } else if (verb < 700) {
      actor.stopReading();
    } else if (verb < 980) {
      actor.startReading();
    } else if (verb < 988) {
      actor.shutdownOutput();
    } else if (verb < 996) {
      actor.close();
    } else {
      actor.abort();
    }
  }

  private void write(Actor actor) {
    boolean mayBeFull = dice.onceIn(16);
    for (int left = dice.between(1, 3); left > 0; left--) {
      if (actor.isOver() || !mayBeFull && !actor.isWritable()) {
        return;
      }
      actor.write(dice.magnitude(plan.writeBytesMax));
    }
    if (dice.onceIn(2)) {
      actor.flush();
    }
  }

  /** From within a callback of an actor: something to it, or to another one. */
  void react(Actor actor) {
    if (ending || reacting > 3) {
      return;
    }
    reacting++;
    if (dice.onceIn(3)) {
      operations++;
      actOn(dice.onceIn(4) ? actors.get(dice.below(actors.size())) : actor);
    }
    reacting--;
  }

  boolean retains() {
    return !ending && leases.size() < 64 && dice.onceIn(plan.retainOnceIn);
  }

  private void releaseLease() {
    if (!leases.isEmpty()) {
      release(leases.remove(dice.below(leases.size())));
    }
  }

  private void releaseLeases() {
    leases.forEach(this::release);
    leases.clear();
  }

  private void release(Held held) {
    Lease lease = held.lease;
    check(
        Bytes.match(lease.buffer(), lease.offset(), held.stream, held.position, lease.length()),
        "bytes on lease were overwritten");
    lease.release();
  }

  // ---- beginnings and ends

  /** A connection lives on the loop from now on. */
  void begin(Actor actor) {
    connections++;
    actors.add(actor);
    everyActor.add(actor);
    if (ending || !dice.onceIn(4)) {
      actor.startReading();
    }
  }

  void onActorClosed(Actor actor) {
    check(actors.remove(actor), "the end of a connection was told twice");
  }

  private void meet() {
    if (meetings.isListening()
        && (actors.size() + meetings.underWay() >= plan.connectionsMax
            || outsiders.count() >= 2 * plan.connectionsMax)) {
      tasks.act();
    } else {
      meetings.meet();
    }
  }

  // ---- what other threads do, at the moments that matter

  @Override
  public void beforeSleep() {
    interfere();
  }

  @Override
  public void beforeWait(long timeoutNanos) {
    interfere();
  }

  @Override
  public void afterWait() {
    interfere();
  }

  private void interfere() {
    if (!ending && dice.onceIn(plan.interfereOnceIn)) {
      Call wait = loop.backend() == Backend.IO_URING ? Call.ENTER : Call.POLL;
      kernel.count(Fault.WAKEUP_RACE, wait, SocketState.NO_SOCKET);
      tasks.interfere();
    }
  }

  @Override
  public long idle() {
    interfere();
    return Long.MAX_VALUE;
  }

  @Override
  public void passing() {
    if (loop.pendingTasks() > 0) {
      throw violated("the loop sleeps while a task waits in its inbox: a wakeup was lost");
    }
  }

  @Override
  public void stuck() {
    stuck = true;
  }

  @Override
  public String toString() {
    return "seed " + seed + " over " + loop.backend() + ", " + plan;
  }
}
