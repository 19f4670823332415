package dev.zloop.benchmarks.soak;

import java.util.Arrays;
import java.util.List;

/**
 * The slope of what was measured at several times: the median of the slopes between any two of them
 * (Theil and Sen), which a few odd values do not move.
 */
final class Trend {
  private Trend() {}

  /** By how much the values grow from the first to the last, along their slope. */
  static double growth(List<Double> seconds, List<Double> values) {
    return slope(seconds, values) * (seconds.getLast() - seconds.getFirst());
  }

  /** A second, between values of which there are as many as times, at least two. */
  static double slope(List<Double> seconds, List<Double> values) {
    int size = values.size();
    double[] slopes = new double[size * (size - 1) / 2];
    int found = 0;
    for (int i = 0; i < size; i++) {
      for (int j = i + 1; j < size; j++) {
        slopes[found++] = (values.get(j) - values.get(i)) / (seconds.get(j) - seconds.get(i));
      }
    }
    Arrays.sort(slopes);
    return (slopes[(found - 1) / 2] + slopes[found / 2]) / 2;
  }
}
