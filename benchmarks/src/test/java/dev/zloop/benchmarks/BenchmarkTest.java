package dev.zloop.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.epoll.Epoll;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchmarkTest {

  /** Each server's messages are counted, whatever the figures are in such a short time. */
  @Test
  void everyServerThatRunsOnEpollIsMeasuredUnderEveryWorkload() throws Exception {
    List<String> servers =
        new ArrayList<>(
            List.of(
                "core-epoll", "core-per-loop", "adapter", "adapter-tls", "reactor-netty-epoll"));
    if (Epoll.isAvailable()) { // of Netty there is what x86-64 needs
      servers.add("netty-epoll");
    }
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Benchmark.run(
          new Settings(
              servers,
              List.of(
                  new Workload(2, 64, false),
                  new Workload(2, 100_000, false),
                  new Workload(2, 1, true)),
              2,
              1,
              0.05,
              0.02));
    } finally {
      System.setOut(console);
    }
    String table = printed.toString(StandardCharsets.UTF_8);
    for (String server : servers) {
      List<String> rows =
          table.lines().filter(line -> line.startsWith("| " + server + " ")).toList();
      assertEquals(3, rows.size(), table);
      rows.forEach(row -> assertTrue(messagesPerSecond(row) > 0, row));
    }
  }

  private static long messagesPerSecond(String row) {
    return Long.parseLong(row.split("\\|")[4].strip());
  }

  @Test
  void aServerThatIsNotKnownIsRefusedWithTheNamesOfThoseThatAre() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Server.start("no-such", 1));
    assertTrue(refusal.getMessage().contains("core-epoll"), refusal.getMessage());
  }

  @Test
  void workloadsAreReadAsTheyAreWritten() {
    assertEquals(new Workload(50, 64, false), Workload.parse("50x64"));
    assertEquals("50xconnect", Workload.parse("50xconnect").toString());
    assertThrows(IllegalArgumentException.class, () -> Settings.parse(new String[] {"--no", "x"}));
  }
}
