package dev.zloop.benchmarks;

import dev.zloop.core.ZLoop;
import dev.zloop.core.ZLoopGroup;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How evenly connections are spread over loops, handed over and by a listener a loop: {@code Spread
 * [LOOPS] [CONNECTIONS] [TIMES]}. Prints, as medians, the loop with the most and the one with the
 * fewest.
 */
public final class Spread {

  private Spread() {}

  /** Connects, and counts. */
  public static void main(String[] args) throws IOException {
    int loops = args.length > 0 ? Integer.parseInt(args[0]) : 4;
    int connections = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
    int times = args.length > 2 ? Integer.parseInt(args[2]) : 15;
    System.out.printf("%d connections on %d loops, %d times%n", connections, loops, times);
    print("handed over", loops, connections, times, false);
    print("a listener a loop", loops, connections, times, true);
  }

  private static void print(String way, int loops, int connections, int times, boolean perLoop)
      throws IOException {
    int[] most = new int[times];
    int[] fewest = new int[times];
    for (int i = 0; i < times; i++) {
      List<Integer> counts = count(loops, connections, perLoop);
      most[i] = counts.stream().mapToInt(count -> count).max().orElseThrow();
      fewest[i] = counts.stream().mapToInt(count -> count).min().orElseThrow();
    }
    System.out.printf("%s: most %d, fewest %d%n", way, median(most), median(fewest));
  }

  private static List<Integer> count(int loops, int connections, boolean perLoop)
      throws IOException {
    try (ZLoopGroup group = ZLoopGroup.of(loops)) {
      SocketAddress address = CoreEcho.serve(group, 0, perLoop);
      List<SocketChannel> clients = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        clients.add(SocketChannel.open(address));
      }
      while (group.loops().stream().mapToInt(ZLoop::connections).sum() < connections) {
        Thread.onSpinWait(); // until the last is accepted
      }
      List<Integer> counts = group.loops().stream().map(ZLoop::connections).toList();
      for (SocketChannel client : clients) {
        client.close();
      }
      return counts;
    }
  }

  private static int median(int[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
