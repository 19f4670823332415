package dev.zloop.benchmarks.soak;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lets connections come and go, round by round, looks after each round at what is left, and fails
 * if that becomes more: {@code Soak [--minutes N | --hours N] [--leak KIND]}.
 */
public final class Soak {
  private static final Duration ROUND = Duration.ofSeconds(10);

  /** Of the rounds, the first part fills pools and has code compiled: it counts for nothing. */
  private static final int WARM_UP_PART = 3;

  private final PrintStream out;
  private final List<Double> seconds = new ArrayList<>();
  private final Map<Measure, List<Double>> values = new EnumMap<>(Measure.class);

  Soak(PrintStream out) {
    this.out = out;
    for (Measure measure : Measure.values()) {
      values.put(measure, new ArrayList<>());
    }
  }

  public static void main(String[] args) {
    double minutes = 5;
    Leak leak = Leak.NONE;
    try {
      for (int i = 0; i < args.length; i += 2) {
        String value = i + 1 < args.length ? args[i + 1] : "";
        switch (args[i]) {
          case "--minutes" -> minutes = Double.parseDouble(value);
          case "--hours" -> minutes = 60 * Double.parseDouble(value);
          case "--leak" -> leak = Leak.valueOf(value.toUpperCase(Locale.ROOT));
          default -> throw new IllegalArgumentException(args[i]);
        }
      }
    } catch (IllegalArgumentException unknown) {
      System.err.println(
          "usage: soak [--minutes N | --hours N] [--leak descriptors|leases|heap]; not "
              + unknown.getMessage());
      System.exit(2);
    }
    int rounds = (int) Math.max(6, Math.ceil(minutes * 60 / ROUND.toSeconds()));
    List<Measure> growing = new Soak(System.out).run(rounds, ROUND, leak);
    System.exit(growing.isEmpty() ? 0 : 1);
  }

  /** Runs that many rounds, at least 4, and tells what grows. */
  List<Measure> run(int rounds, Duration round, Leak leak) {
    OpenBuffers.install();
    try (Churn churn = new Churn(leak, Contexts.server())) {
      printRow("second", measure -> measure.text, "exchanges", "failures");
      long begin = System.nanoTime();
      for (int i = 0; i < rounds; i++) {
        churn.round(round);
        sample((System.nanoTime() - begin) / 1e9, churn);
      }
      return verdict(rounds / WARM_UP_PART);
    } finally {
      Leak.forget();
    }
  }

  private void sample(double second, Churn churn) {
    System.gc();
    seconds.add(second);
    values.forEach((measure, list) -> list.add(measure.now()));
    printRow(
        "%.0f".formatted(second),
        measure -> "%.1f".formatted(values.get(measure).getLast()),
        Long.toString(churn.exchanges()),
        Long.toString(churn.failures()));
  }

  private List<Measure> verdict(int warmUp) {
    List<Measure> growing = new ArrayList<>();
    List<Double> times = seconds.subList(warmUp, seconds.size());
    out.printf("%nfitted from second %.0f on:%n", times.getFirst());
    values.forEach((measure, all) -> {
      List<Double> fitted = all.subList(warmUp, all.size());
      double growth = Trend.growth(times, fitted);
      boolean flat = growth <= measure.growthMax;
      if (!flat) {
        growing.add(measure);
      }
      out.printf(
          "%-13s %+10.2f an hour, %+8.2f in all, of %.0f allowed: %s%n",
          measure.text,
          3600 * Trend.slope(times, fitted),
          growth,
          measure.growthMax,
          flat ? "flat" : "GROWS");
    });
    return growing;
  }

  private interface Cell {
    String of(Measure measure);
  }

  private void printRow(String first, Cell cells, String... last) {
    StringBuilder row = new StringBuilder("%7s".formatted(first));
    Consumer<String> add = cell -> row.append("%13s".formatted(cell));
    values.keySet().forEach(measure -> add.accept(cells.of(measure)));
    List.of(last).forEach(add);
    out.println(row);
  }
}
