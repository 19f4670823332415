package dev.zloop.simulation;

import java.util.Arrays;
import java.util.Objects;

/**
 * How often each {@link Fault} strikes where it could: a probability, 0 by default. Immutable.
 *
 * <pre>{@code
 * Faults faults = Faults.NONE.with(Fault.SHORT_READ, 0.1).with(Fault.RESET, 0.001);
 * }</pre>
 *
 * <p>Two are not a matter of chance, and have no probability: {@link Fault#DESCRIPTOR_REUSED},
 * since the lowest free number is always taken, and {@link Fault#WAKEUP_RACE}, which whoever runs
 * the simulation causes.
 */
public final class Faults {
  private static final int ONE = 1 << 30;

  /** Nothing goes wrong, but what the peers and the network's latency bring about. */
  public static final Faults NONE = new Faults(new int[Fault.values().length]);

  /**
   * What a connection survives, often: reads and writes cut short, late packets and completions,
   * spurious events, interrupted waits, queues that are full.
   */
  public static final Faults HARMLESS =
      NONE.with(0.05, Fault.SHORT_READ, Fault.SHORT_WRITE, Fault.WOULD_BLOCK, Fault.INTERRUPTED)
          .with(0.05, Fault.LATE_COMPLETION, Fault.REORDERED_COMPLETION, Fault.BUFFERS_EXHAUSTED)
          .with(0.03, Fault.COMPLETION_OVERFLOW, Fault.SUBMISSION_FULL, Fault.MULTISHOT_ENDS)
          .with(0.05, Fault.SPURIOUS_EDGE, Fault.SPURIOUS_WAKEUP, Fault.STALE_EVENT)
          .with(0.005, Fault.LATE_PACKET);

  /** Everything, and what breaks connections not so often that none lives long. */
  public static final Faults ALL =
      HARMLESS
          .with(0.002, Fault.RESET, Fault.BROKEN_PIPE, Fault.TIMED_OUT)
          .with(0.002, Fault.NO_BUFFERS, Fault.NO_MEMORY)
          .with(0.02, Fault.REFUSED, Fault.UNREACHABLE, Fault.ABORTED)
          .with(0.02, Fault.OUT_OF_DESCRIPTORS, Fault.OUT_OF_FILES)
          .with(0.0005, Fault.CLOCK_JUMP);

  private final int[] thresholds;

  private Faults(int[] thresholds) {
    this.thresholds = thresholds;
  }

  /**
   * These faults with one changed.
   *
   * @param probability 0 for never, 1 for always
   */
  public Faults with(Fault fault, double probability) {
    Objects.requireNonNull(fault, "fault");
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability is " + probability + ", expected 0 to 1");
    }
    int[] changed = thresholds.clone();
    changed[fault.ordinal()] = (int) (probability * ONE);
    return new Faults(changed);
  }

  private Faults with(double probability, Fault... changed) {
    Faults faults = this;
    for (Fault fault : changed) {
      faults = faults.with(fault, probability);
    }
    return faults;
  }

  /** How probable a fault is where it could strike, 0 to 1. */
  public double probability(Fault fault) {
    return (double) thresholds[fault.ordinal()] / ONE;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Faults[");
    Arrays.stream(Fault.values())
        .filter(fault -> thresholds[fault.ordinal()] > 0)
        .forEach(fault -> text.append(fault).append('=').append(probability(fault)).append(' '));
    return text.toString().strip() + "]";
  }
}
