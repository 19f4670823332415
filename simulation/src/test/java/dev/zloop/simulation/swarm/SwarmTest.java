package dev.zloop.simulation.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Some thousand seeds with each build; scripts/simulate runs as many as one likes. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SwarmTest {
  private static final int SEEDS = 1_000;

  /** On a machine that is busy with other things: enough is enough. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void theSameSeedsEachTime(Backend backend) {
    run(1, backend);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void otherSeedsEachTime(Backend backend) {
    run(System.nanoTime() & 0xFFFF_FFFFFFFFL, backend);
  }

  private static void run(long first, Backend backend) {
    try (SwarmRun swarm = new SwarmRun()) {
      long start = System.nanoTime();
      for (long seed = first; seed < first + SEEDS; seed++) {
        swarm.run(seed, backend);
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          break;
        }
      }
      System.out.printf(
          "%d seeds from %d over %s, %d operations on %d connections%n",
          swarm.seeds(), first, backend, swarm.operations(), swarm.connections());
      assertTrue(swarm.operations() >= swarm.seeds() * Swarm.OPERATIONS);
      assertTrue(swarm.connections() >= swarm.seeds() * Swarm.CONNECTIONS_MIN);
      assertEquals(List.of(), CoverageTable.surprises(swarm.coverage()));
    }
  }

  @Test
  void aSeedTakesTheSameCourseEachTime() {
    for (Backend backend : List.of(Backend.EPOLL, Backend.IO_URING)) {
      assertEquals(course(backend), course(backend));
    }
  }

  private static String course(Backend backend) {
    try (SwarmRun swarm = new SwarmRun()) {
      for (long seed = 1; seed <= 20; seed++) {
        swarm.run(seed, backend);
      }
      return swarm.operations() + " " + CoverageTable.of(swarm.coverage());
    }
  }
}
