package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.BlockedHandler;
import dev.zloop.core.BlockedLoop;
import dev.zloop.core.LoopHealth;
import dev.zloop.core.LoopHealth.Status;
import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.ChildJvm;
import dev.zloop.it.support.Peer;
import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.ZLoopThreads;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The watchdog finds a handler that computes for too long, where BlockHound sees nothing. */
class WatchdogIT {

  private static final Duration BLOCKED_AFTER = Duration.ofMillis(60);

  /** Notes what is told, and on which threads. */
  private static final class Notes implements BlockedHandler {
    final Queue<BlockedLoop> blocked = new ConcurrentLinkedQueue<>();
    final Queue<BlockedLoop> recovered = new ConcurrentLinkedQueue<>();
    final Queue<Duration> took = new ConcurrentLinkedQueue<>();
    final Set<String> threads = ConcurrentHashMap.newKeySet();

    @Override
    public void onBlocked(BlockedLoop report) {
      threads.add(Thread.currentThread().getName());
      blocked.add(report);
    }

    @Override
    public void onRecovered(BlockedLoop report, Duration time) {
      threads.add(Thread.currentThread().getName());
      took.add(time);
      recovered.add(report);
    }

    Duration tookLongest() {
      return took.stream().max(Duration::compareTo).orElseThrow();
    }
  }

  private final Notes notes = new Notes();
  private volatile boolean goOn;

  /** Neither parks nor yields: that would be another's business to find. */
  private void compute() {
    while (!goOn) {}
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"IO_URING", "EPOLL"})
  void aHandlerThatComputesIsReportedOnceAndSoIsItsEnd(Backend backend) throws IOException {
    assumeTrue(backend.isAvailable());
    ZLoop loop =
        ZLoop.builder()
            .name("computing")
            .backend(backend)
            .threadFactory(ZLoopThreads.factory())
            .blockedAfter(BLOCKED_AFTER)
            .slowAfter(Duration.ofMillis(20))
            .blockedHandler(notes)
            .build()
            .start();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .runOn(loop)
            .handle((in, out) -> out.send(in.receive().retain().doOnNext(bytes -> compute())))
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.send("x");
      Await.until("a report", () -> !computing(notes.blocked).isEmpty());
      // Long enough for a second report of the same turn, if there were one.
      Await.until(
          "time", () -> loop.health().blocked().compareTo(BLOCKED_AFTER.multipliedBy(3)) > 0);
      assertEquals(Status.BLOCKED, loop.health().status());
      goOn = true;
      assertEquals("x", peer.receiveText(1));
      Await.until("its end", () -> !computing(notes.recovered).isEmpty());
    } finally {
      goOn = true;
    }
    server.disposeNow();
    List<BlockedLoop> reports = computing(notes.blocked);
    assertEquals(1, reports.size(), reports::toString);
    BlockedLoop report = reports.getFirst();
    assertSame(loop, report.loop());
    assertEquals("computing", report.thread().getName());
    assertTrue(report.running().startsWith("I/O on fd "), report::running);
    assertEquals(reports, computing(notes.recovered));
    // Looks that come late take time off, so that it may be less than it was thought meanwhile.
    assertTrue(notes.tookLongest().compareTo(BLOCKED_AFTER) >= 0);
    assertEquals(Set.of("zloop-watchdog"), notes.threads);
    LoopHealth health = loop.health();
    assertTrue(health.blockedEpisodes() >= 1 && health.slowCallbacks() >= 1, health::toString);
    Await.until("it is well again", () -> loop.health().status() == Status.UP);
    loop.close();
    Await.completion(loop.onClosed());
    assertEquals(Status.CLOSED, loop.health().status());
  }

  /** Those of our handler: where the machine is busy, others may be among them. */
  private static List<BlockedLoop> computing(Queue<BlockedLoop> reports) {
    return reports.stream()
        .filter(report ->
            report.stack().stream().anyMatch(frame -> frame.getMethodName().equals("compute")))
        .toList();
  }

  @Test
  void aTasksOriginIsToldWhereItIsRememberedAndTheWatchdogGoesWithTheLastLoop() {
    List<String> command = new ArrayList<>(ChildJvm.javaCommand(WatchdogProbe.class));
    command.addAll(1, List.of("-Dzloop.taskOrigins=true", "-Dzloop.blockedMillis=50"));
    try (ChildJvm probe = ChildJvm.start(command)) {
      int status = probe.exitStatus();
      List<String> lines = probe.remainingLines();
      String all = String.join("\n", lines);
      assertEquals(0, status, () -> all + probe.errors());
      assertTrue(all.contains("report: loop probe is blocked for "), all);
      assertTrue(all.contains("given to loop probe by thread giver"), all);
      assertTrue(all.contains("WatchdogProbe.whoGivesTheTask("), all);
      assertTrue(all.contains("error: planted, given to loop probe by thread giver"), all);
      assertTrue(all.contains("watchdog: gone"), all);
    }
  }
}
