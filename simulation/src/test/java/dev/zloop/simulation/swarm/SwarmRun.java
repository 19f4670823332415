package dev.zloop.simulation.swarm;

import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.RecycledRegions;
import dev.zloop.simulation.kernel.Coverage;
import dev.zloop.simulation.kernel.Rings;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Seeds one after the other, and what they covered. One thread's. */
final class SwarmRun implements AutoCloseable {
  /** Kept: a logger that nobody holds forgets its level. */
  private static final Logger ENGINE = Logger.getLogger("dev.zloop.core");

  private final Coverage coverage = new Coverage();
  private final Blocks blocks = new Blocks();
  private final Rings rings = new Rings();
  private final RecycledRegions regions;
  private long seeds;
  private long operations;
  private long connections;

  SwarmRun() {
    ENGINE.setLevel(Level.OFF);
    regions = RecycledRegions.onThisThread();
  }

  /** Half of the seeds over readiness, half over completion. */
  static Backend backendOf(long seed) {
    return (seed & 1) == 0 ? Backend.EPOLL : Backend.IO_URING;
  }

  /**
   * Runs one seed.
   *
   * @throws AssertionError if something is wrong; the message says what, and how to run it again
   */
  void run(long seed, Backend backend) {
    Swarm swarm = null;
    try {
      int open = regions.open();
      swarm = new Swarm(seed, backend, blocks, rings);
      swarm.run();
      if (regions.open() != open + blocks.takeGrown()) {
        throw new AssertionError("seed " + seed + ": native memory was not freed");
      }
    } catch (Throwable error) {
      blocks.forget();
      blocks.takeGrown();
      rings.reclaim();
      throw new AssertionError(
          error.getMessage()
              + "\n  in "
              + swarm
              + "\n  again: scripts/simulate --from "
              + seed
              + " --seeds 1 --backend "
              + backend,
          error);
    }
    rings.reclaim();
    coverage.add(swarm.coverage());
    seeds++;
    operations += swarm.operations();
    connections += swarm.connections();
  }

  @Override
  public void close() {
    regions.close();
  }

  Coverage coverage() {
    return coverage;
  }

  long seeds() {
    return seeds;
  }

  long operations() {
    return operations;
  }

  long connections() {
    return connections;
  }
}
