package dev.zloop.simulation.kernel;

/**
 * Random numbers from a seed: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators"). One sequence for one seed, on every machine and in every version of the JDK.
 */
public final class Dice {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  public Dice(long seed) {
    this.state = seed;
  }

  /** Any number. */
  public long next() {
    state += GOLDEN_GAMMA;
    long mixed = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }

  /** From 0, below a bound of 1 or more. */
  public int below(int bound) {
    return (int) ((next() >>> 32) * bound >>> 32);
  }

  /** From {@code low} to {@code high}, both included. */
  public int between(int low, int high) {
    return low + below(high - low + 1);
  }

  /** True once in {@code n} times. */
  public boolean onceIn(int n) {
    return below(n) == 0;
  }

  /** From 1 to {@code max}, small numbers as likely as large ones of the next magnitude. */
  public int magnitude(int max) {
    int bits = 32 - Integer.numberOfLeadingZeros(max);
    return Math.min(max, 1 + (int) (next() >>> 32 & ((1L << between(1, bits)) - 1)));
  }

  /** Other dice, whose numbers do not depend on how often these are thrown from here on. */
  public Dice split() {
    return new Dice(next());
  }
}
