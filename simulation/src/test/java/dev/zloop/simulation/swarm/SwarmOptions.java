package dev.zloop.simulation.swarm;

import dev.zloop.nativereactor.Backend;

/**
 * The command line of the swarm.
 *
 * @param backend the one to use for every seed, or null for half of the seeds each
 */
record SwarmOptions(long from, long seeds, int threads, Backend backend) {
  static final String USAGE =
      """
      usage: scripts/simulate [--seeds N] [--from S] [--threads T] [--backend epoll|io_uring]
        --seeds    how many (10000)
        --from     the first one (a random one)
        --threads  how many at a time (1)
        --backend  over readiness or over completions only (even seeds the one, odd ones the other)
      A seed that fails is told with the command that runs it again.\
      """;

  static SwarmOptions parse(String[] arguments) {
    long from = System.nanoTime() & 0xFFFF_FFFFFFFFL;
    long seeds = 10_000;
    int threads = 1;
    Backend backend = null;
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " has no value");
      }
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--from" -> from = number(value);
        case "--seeds" -> seeds = number(value);
        case "--threads" -> threads = Math.toIntExact(number(value));
        case "--backend" -> backend = Backend.parse(value);
        default -> throw new IllegalArgumentException("no option is called " + arguments[i]);
      }
    }
    if (seeds < 1 || threads < 1) {
      throw new IllegalArgumentException("there must be one seed, and one thread, at least");
    }
    return new SwarmOptions(from, seeds, threads, backend);
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a number: " + text, e);
    }
  }
}
