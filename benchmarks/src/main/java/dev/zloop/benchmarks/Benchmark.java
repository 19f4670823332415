package dev.zloop.benchmarks;

import dev.zloop.core.ZLoop;
import dev.zloop.core.loop.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Echo servers side by side: processor time and number of messages. The servers take turns, in
 * random order, within each repetition, so that what disturbs the machine disturbs all; medians are
 * compared, as ratios to the first server.
 *
 * <p>The load has one thread, and so one processor, to itself: what a server does in a second is
 * capped by that, and the processor time a message is the figure to quote.
 */
public final class Benchmark {
  private static final double WARM_UP_SECONDS = 1.5;
  private static final int WARM_UP_MESSAGES = 40_000;
  private static final int WARM_UP_ROUNDS_MAX = 10;
  private static final double SETTLING_SECONDS = 0.1;

  /** One measurement of a server under a workload. */
  private record Sample(double microsPerMessage, double messagesPerSecond) {}

  /** A server under a workload, and all that was measured of it. */
  private record Row(Workload workload, Server server, List<Sample> samples) {

    Row(Workload workload, Server server) {
      this(workload, server, new ArrayList<>());
    }

    double micros() {
      return median(Sample::microsPerMessage);
    }

    double rate() {
      return median(Sample::messagesPerSecond);
    }

    private double median(ToDoubleFunction<Sample> figure) {
      double[] sorted = samples.stream().mapToDouble(figure).sorted().toArray();
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
  }

  private final Settings settings;
  private final EventLoop loop = (EventLoop) ZLoop.builder().name("load").build().start();
  private final SslContext tls = Tls.client();
  private final List<Server> servers = new ArrayList<>();
  private final List<List<Row>> tables = new ArrayList<>();

  private Benchmark(Settings settings) {
    this.settings = settings;
  }

  /** Measures, and prints a table for each workload. */
  public static void main(String[] args) throws Exception {
    try {
      run(Settings.parse(args));
    } catch (IllegalArgumentException usage) {
      System.err.println(usage.getMessage());
      System.exit(2);
    }
  }

  static void run(Settings settings) throws IOException, InterruptedException {
    Benchmark benchmark = new Benchmark(settings);
    try {
      benchmark.measure();
    } finally {
      benchmark.servers.forEach(Server::close);
      benchmark.loop.close();
    }
  }

  private void measure() throws IOException, InterruptedException {
    for (String name : settings.servers()) {
      servers.add(Server.start(name, settings.loops()));
    }
    for (Workload workload : settings.workloads()) {
      tables.add(servers.stream().map(server -> new Row(workload, server)).toList());
    }
    for (Server server : servers) { // one at a time: compilers need processors too
      for (Workload workload : settings.workloads()) {
        warmUp(server, workload);
      }
    }
    for (int repetition = 0; repetition < settings.repetitions(); repetition++) {
      for (List<Row> table : tables) {
        List<Row> inRandomOrder = new ArrayList<>(table);
        Collections.shuffle(inRandomOrder);
        for (Row row : inRandomOrder) {
          row.samples.add(measure(row.server, row.workload, settings.seconds()));
        }
      }
    }
    tables.forEach(Benchmark::print);
  }

  /** By time, and by messages: compilers go by how often something ran. */
  private void warmUp(Server server, Workload workload) throws InterruptedException {
    double seconds = WARM_UP_SECONDS * settings.warmUpFactor();
    double messages = 0;
    for (int round = 0; round < WARM_UP_ROUNDS_MAX; round++) {
      messages += measure(server, workload, seconds).messagesPerSecond() * seconds;
      if (messages >= WARM_UP_MESSAGES * settings.warmUpFactor()) {
        return;
      }
    }
  }

  private Sample measure(Server server, Workload workload, double seconds)
      throws InterruptedException {
    Load load = new Load(loop, server.address, workload, server.isSecure() ? tls : null);
    load.start();
    pause(SETTLING_SECONDS);
    long messages = load.messages();
    long cpu = server.cpuNanos();
    long start = System.nanoTime();
    pause(seconds);
    messages = load.messages() - messages;
    cpu = server.cpuNanos() - cpu;
    double elapsed = (System.nanoTime() - start) / 1e9;
    load.stop();
    return new Sample(cpu / 1e3 / Math.max(1, messages), messages / elapsed);
  }

  private static void pause(double seconds) throws InterruptedException {
    Thread.sleep((long) (seconds * 1000));
  }

  private static void print(List<Row> table) {
    Row base = table.getFirst();
    System.out.printf("%n| %s | us/message | ratio | messages/s | ratio |%n", base.workload);
    System.out.println("|---|---|---|---|---|");
    for (Row row : table) {
      System.out.printf(
          "| %s | %.3f | %.2f | %.0f | %.2f |%n",
          row.server.name,
          row.micros(),
          row.micros() / base.micros(),
          row.rate(),
          row.rate() / base.rate());
    }
  }
}
