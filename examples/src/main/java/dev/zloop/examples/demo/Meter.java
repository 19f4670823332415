package dev.zloop.examples.demo;

import org.HdrHistogram.Histogram;

/** How many echoes there were, and how long each took. Plain data of one loop's thread. */
final class Meter {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Histogram interval = new Histogram(SIGNIFICANT_DIGITS);
  private final Histogram total = new Histogram(SIGNIFICANT_DIGITS);

  private final long startNanos = System.nanoTime();
  private long intervalStartNanos = startNanos;

  /**
   * What was measured over a time.
   *
   * @param seconds for how long
   * @param messages how many came back
   * @param p50Micros half of them took no longer
   * @param p99Micros 99 in 100 took no longer
   * @param maxMicros none took longer
   */
  record Reading(
      double seconds, long messages, double p50Micros, double p99Micros, double maxMicros) {

    private static Reading of(Histogram histogram, long nanos) {
      return new Reading(
          nanos / 1e9,
          histogram.getTotalCount(),
          histogram.getValueAtPercentile(50) / 1e3,
          histogram.getValueAtPercentile(99) / 1e3,
          histogram.getMaxValue() / 1e3);
    }

    double messagesPerSecond() {
      return messages / seconds;
    }

    /** Of the messages, which take this both on the way there and on the way back. */
    double mebibytesPerSecond(int sizeBytes) {
      return messagesPerSecond() * sizeBytes / (1 << 20);
    }
  }

  /** A message is back, whole. */
  void record(long nanos) {
    interval.recordValue(nanos);
  }

  /** What came since the last call, or since the start. */
  Reading nextInterval() {
    long now = System.nanoTime();
    Reading reading = Reading.of(interval, now - intervalStartNanos);
    intervalStartNanos = now;
    total.add(interval);
    interval.reset();
    return reading;
  }

  /** What came since the start, until {@link #nextInterval} was last called. */
  Reading total() {
    return Reading.of(total, intervalStartNanos - startNanos);
  }
}
