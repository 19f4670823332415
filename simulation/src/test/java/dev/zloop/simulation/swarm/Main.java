package dev.zloop.simulation.swarm;

import dev.zloop.nativereactor.Backend;

/** For now. */
final class Main {
  public static void main(String[] arguments) {
    long from = Long.parseLong(arguments[0]);
    long count = Long.parseLong(arguments[1]);
    Backend backend = arguments.length > 2 ? Backend.parse(arguments[2]) : null;
    SwarmRun run = new SwarmRun();
    long start = System.nanoTime();
    int failures = 0;
    for (long seed = from; seed < from + count; seed++) {
      try {
        run.run(seed, backend != null ? backend : SwarmRun.backendOf(seed));
      } catch (AssertionError e) {
        e.printStackTrace();
        if (++failures == 1) {
          break;
        }
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d seeds in %.1f s: %.0f a second, %d operations, %d connections%n",
        run.seeds(), seconds, run.seeds() / seconds, run.operations(), run.connections());
  }

  private Main() {}
}
