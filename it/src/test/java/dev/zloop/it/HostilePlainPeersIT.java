package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.CapturedLog;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Peers that mean no good, without TLS: somebody else on the same loops is served as before, and in
 * the end nothing is left of them.
 */
class HostilePlainPeersIT {
  private static final int DROPPED = 10_000;

  /** How many may wait to be accepted: fewer than the kernel would begin to ignore. */
  private static final int AT_A_TIME = 100;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  private final AtomicInteger accepted = new AtomicInteger();
  private DisposableServer server;
  private List<Peer> bystanders;

  @BeforeEach
  void serve() throws IOException {
    server =
        LOOPS
            .echoServer()
            .doOnConnection(connection -> accepted.incrementAndGet())
            .doOnError((connection, reset) -> {})
            .bindNow();
    bystanders = List.of(Peer.connect(server.address()), Peer.connect(server.address()));
    assertOthersAreServed();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    Await.until("none but the bystanders", () -> server.connections() == bystanders.size());
    assertOthersAreServed();
    for (Peer bystander : bystanders) {
      bystander.close();
    }
    assertEquals(0, Await.completion(server.shutdown(Await.PATIENCE)));
  }

  /** One on each loop. */
  private void assertOthersAreServed() throws IOException {
    for (Peer bystander : bystanders) {
      bystander.send("still there?");
      assertEquals("still there?", bystander.receiveText(12));
    }
  }

  @Test
  void tenThousandConnectionsThatAreDropped() throws IOException {
    for (int i = 1; i <= DROPPED; i++) {
      Peer fickle = Peer.connect(server.address());
      switch (i % 10) { // few of which leave the port to wait for what may still be under way
        case 0 -> fickle.close();
        case 1, 2, 3 -> {
          fickle.send("hello");
          fickle.reset();
        }
        default -> fickle.reset();
      }
      if (i % AT_A_TIME == 0) {
        int opened = i + bystanders.size();
        Await.until("all were accepted", () -> accepted.get() == opened);
        assertOthersAreServed();
      }
    }
  }

  @Test
  void floodsFromMoreThanThereAreLoops() throws IOException {
    List<Peer> flooding = new ArrayList<>();
    List<CompletableFuture<Void>> sending = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Peer peer = Peer.connect(server.address());
      flooding.add(peer);
      sending.add(peer.sendInBackground(Pattern.DEFAULT, Long.MAX_VALUE));
      sending.add(Background.run(() -> peer.receive(Pattern.DEFAULT, Long.MAX_VALUE)));
    }
    for (int i = 0; i < 200; i++) {
      assertOthersAreServed();
    }
    for (Peer peer : flooding) {
      Await.until("a flood", () -> peer.received() > 1 << 20);
      peer.reset();
    }
    for (CompletableFuture<Void> cutOff : sending) {
      Await.until("the end of a flood", cutOff::isDone);
    }
  }

  @Test
  void resetsAtEveryStage() throws IOException {
    for (int round = 0; round < 50; round++) {
      Peer.connect(server.address()).reset();

      Peer speaking = Peer.connect(server.address());
      speaking.send(Pattern.DEFAULT, 1 << round % 16);
      speaking.reset();

      Peer answered = Peer.connect(server.address());
      answered.send(Pattern.DEFAULT, 10_000);
      answered.receive(Pattern.DEFAULT, 1 + round);
      answered.reset();

      Peer halfClosed = Peer.connect(server.address());
      halfClosed.send(Pattern.DEFAULT, 10_000);
      halfClosed.shutdownOutput();
      halfClosed.reset();

      Peer ended = Peer.connect(server.address());
      ended.send(Pattern.DEFAULT, 100);
      ended.shutdownOutput();
      ended.receive(Pattern.DEFAULT, 100);
      ended.receiveEnd();
      ended.reset();
    }
  }

  @Test
  void aCrowdBeyondTheMaximum() throws IOException {
    DisposableServer small = LOOPS.echoServer().maxConnections(2).bindNow();
    try (CapturedLog log = CapturedLog.of(TcpServer.class);
        Peer first = Peer.connect(small.address());
        Peer second = Peer.connect(small.address())) {
      first.send("x");
      second.send("y");
      assertEquals("x", first.receiveText(1));
      assertEquals("y", second.receiveText(1));
      for (int i = 1; i <= 200; i++) {
        assertRefused(small);
      }
      assertEquals(200, small.refusedConnections());
      assertEquals(2, small.connections());
      assertEquals(1, log.records().size());
      assertTrue(log.records().getFirst().getMessage().contains("has 2 connections"));
      first.send("z");
      assertEquals("z", first.receiveText(1));
    }
    assertEquals(0, Await.completion(small.shutdown(Await.PATIENCE)));
  }

  /** In the connect already, or by a reset; never by an end that looks like one. */
  private static void assertRefused(DisposableServer small) {
    assertThrows(
        IOException.class,
        () -> {
          try (Peer excess = Peer.connect(small.address())) {
            excess.receiveEnd();
          }
        });
  }
}
