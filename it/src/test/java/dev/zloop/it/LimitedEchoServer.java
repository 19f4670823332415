package dev.zloop.it;

import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A program of its own, for {@link DescriptorExhaustionIT}: an echo server that prints its port,
 * and for each line it is given, how much CPU time its loop took while that had nothing to do.
 */
final class LimitedEchoServer {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int TICKS = 20;
  private static final Duration BETWEEN_TICKS = Duration.ofMillis(100);

  private LimitedEchoServer() {}

  public static void main(String[] arguments) throws IOException {
    ZLoop loop = ZLoop.builder().name("limited").build().start();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .runOn(loop)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    doOnceWhatNeedsFiles(loop);
    System.out.println(server.port());
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (commands.readLine() != null) {
      System.out.println(cpuMillisOfTicks(loop));
    }
  }

  /** The first line that the JDK's log formats reads a file; classes of tests are files, too. */
  private static void doOnceWhatNeedsFiles(ZLoop loop) {
    System.getLogger("dev.zloop").log(System.Logger.Level.INFO, "the log works");
    cpuMillisOfTicks(loop);
  }

  /** A loop that spins uses what it gets of this time; one that waits next to nothing. */
  private static long cpuMillisOfTicks(ZLoop loop) {
    CompletableFuture<Long> used = new CompletableFuture<>();
    loop.execute(() -> tick(loop, TICKS, THREADS.getCurrentThreadCpuTime(), used));
    return Await.completion(used);
  }

  private static void tick(ZLoop loop, int left, long before, CompletableFuture<Long> used) {
    if (left == 0) {
      used.complete((THREADS.getCurrentThreadCpuTime() - before) / 1_000_000);
    } else {
      loop.schedule(() -> tick(loop, left - 1, before, used), BETWEEN_TICKS);
    }
  }
}
