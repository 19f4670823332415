package dev.zloop.simulation.swarm;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.kernel.Coverage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Runs seeds for as long as one likes: scripts/simulate. */
final class Main {
  private static final long REPORT_NANOS = 60_000_000_000L;
  private static final int FAILURES_SHOWN_MAX = 20;

  private final SwarmOptions options;
  private final AtomicLong next;
  private final Coverage coverage = new Coverage();
  private final List<AssertionError> failures = new ArrayList<>();
  private final long start = System.nanoTime();
  private long lastReport = start;
  private long seeds;
  private long operations;

  private Main(SwarmOptions options) {
    this.options = options;
    next = new AtomicLong(options.from());
  }

  public static void main(String[] arguments) throws InterruptedException {
    if (List.of(arguments).contains("--help")) {
      System.out.println(SwarmOptions.USAGE);
      return;
    }
    SwarmOptions options;
    try {
      options = SwarmOptions.parse(arguments);
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.err.println(SwarmOptions.USAGE);
      System.exit(2);
      return;
    }
    System.exit(new Main(options).run() ? 0 : 1);
  }

  private boolean run() throws InterruptedException {
    System.out.printf("%d seeds from %d%n", options.seeds(), options.from());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < options.threads(); i++) {
      Thread thread = new Thread(this::runSeeds, "swarm-" + i);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.println(CoverageTable.of(coverage));
    System.out.println("could be hit and was not: " + CoverageTable.emptyCells(coverage));
    System.out.println("was hit and should not be: " + CoverageTable.surprises(coverage));
    report();
    return failures.isEmpty();
  }

  private void runSeeds() {
    try (SwarmRun run = new SwarmRun()) {
      runSeeds(run);
      synchronized (this) {
        coverage.add(run.coverage());
      }
    }
  }

  private void runSeeds(SwarmRun run) {
    long end = options.from() + options.seeds();
    for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
      AssertionError failure = null;
      long before = run.operations();
      try {
        Backend backend = options.backend();
        run.run(seed, backend != null ? backend : SwarmRun.backendOf(seed));
      } catch (AssertionError error) {
        failure = error;
      }
      if (!tell(failure, run.operations() - before)) {
        return;
      }
    }
  }

  /** Whether to go on. */
  private synchronized boolean tell(AssertionError failure, long ran) {
    seeds++;
    operations += ran;
    if (failure != null) {
      failures.add(failure);
      failure.printStackTrace(System.out);
    }
    if (System.nanoTime() - lastReport > REPORT_NANOS) {
      lastReport = System.nanoTime();
      report();
    }
    return failures.size() < FAILURES_SHOWN_MAX;
  }

  private void report() {
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d seeds in %.0f s (%.0f a second), %d operations, %d failures%n",
        seeds, seconds, seeds / seconds, operations, failures.size());
  }
}
