package dev.zloop.benchmarks.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/** What has to stay flat, and how much it may grow in a whole soak and still count as that. */
enum Measure {
  DESCRIPTORS("descriptors", 2, Measure::openDescriptors),
  LEASES("leases", 2, OpenBuffers::leases),
  BUFFERS("buffers", 2, OpenBuffers::others),
  THREADS("threads", 4, () -> ManagementFactory.getThreadMXBean().getThreadCount()),
  HEAP("heap MiB", 6, Measure::heapMebibytes),
  DIRECT("direct MiB", 8, Measure::directMebibytes),
  RESIDENT("resident MiB", 48, Measure::residentMebibytes);

  private static final double MEBIBYTE = 1 << 20;

  final String text;
  final double growthMax;
  private final DoubleSupplier value;

  Measure(String text, double growthMax, DoubleSupplier value) {
    this.text = text;
    this.growthMax = growthMax;
    this.value = value;
  }

  double now() {
    return value.getAsDouble();
  }

  private static double openDescriptors() {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double heapMebibytes() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEBIBYTE;
  }

  private static double directMebibytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum()
        / MEBIBYTE;
  }

  /** VmRSS of proc(5), which is in KiB. */
  private static double residentMebibytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
