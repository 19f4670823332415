package dev.zloop.benchmarks;

import java.util.List;
import java.util.stream.Stream;

/**
 * What to measure, and how often.
 *
 * @param servers by name; ratios are to the first
 * @param loops of each server
 * @param repetitions of each measurement, 1 or more
 * @param seconds of each measurement
 * @param warmUpFactor how much to warm up: 1, or less where the figures do not matter
 */
record Settings(
    List<String> servers,
    List<Workload> workloads,
    int loops,
    int repetitions,
    double seconds,
    double warmUpFactor) {

  static final String USAGE =
      """
      usage: benchmark [--servers NAME,..] [--workloads 50x64,50xconnect,..] [--loops N]
                       [--repetitions N] [--seconds S]
      servers: %s\
      """
          .formatted(String.join(", ", Server.names()));

  static Settings parse(String[] args) {
    Settings settings =
        new Settings(
            List.of("netty-epoll", "core-epoll", "core-io_uring", "netty-io_uring"),
            workloads("50x64,500x1024,50x16384,50x102400"),
            1,
            15,
            0.3,
            1);
    if (List.of(args).contains("--help")) {
      throw new IllegalArgumentException(USAGE);
    }
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " lacks a value\n" + USAGE);
      }
      settings = settings.with(args[i], args[i + 1]);
    }
    return settings;
  }

  private Settings with(String option, String value) {
    return switch (option) {
      case "--servers" ->
          new Settings(
              List.of(value.split(",")), workloads, loops, repetitions, seconds, warmUpFactor);
      case "--workloads" ->
          new Settings(servers, workloads(value), loops, repetitions, seconds, warmUpFactor);
      case "--loops" ->
          new Settings(
              servers, workloads, Integer.parseInt(value), repetitions, seconds, warmUpFactor);
      case "--repetitions" ->
          new Settings(servers, workloads, loops, Integer.parseInt(value), seconds, warmUpFactor);
      case "--seconds" ->
          new Settings(
              servers, workloads, loops, repetitions, Double.parseDouble(value), warmUpFactor);
      default -> throw new IllegalArgumentException(option + " is no option\n" + USAGE);
    };
  }

  private static List<Workload> workloads(String text) {
    return Stream.of(text.split(",")).map(Workload::parse).toList();
  }
}
