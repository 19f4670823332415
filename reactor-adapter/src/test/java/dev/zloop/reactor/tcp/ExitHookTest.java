package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What is added to the JVM's exit, without one. */
class ExitHookTest {
  private final Sinks.Empty<Void> gone = Sinks.empty();
  private final List<Integer> told = new ArrayList<>();
  private ExitHook hook;

  @AfterEach
  void remove() {
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private void add(Mono<Integer> shutdown, Duration grace) {
    hook = ExitHook.add("a server", shutdown, grace, grace, gone.asMono(), told::add);
  }

  private boolean isAdded() {
    boolean removed = Runtime.getRuntime().removeShutdownHook(hook);
    if (removed) {
      Runtime.getRuntime().addShutdownHook(hook);
    }
    return removed;
  }

  @Test
  void itIsAddedAsLongAsThereIsAServer() {
    add(Mono.never(), Duration.ZERO);
    assertTrue(isAdded());
    gone.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
    assertFalse(isAdded());
  }

  @Test
  void itWaitsForTheShutdownAndTellsWhatThatTold() {
    List<String> order = new ArrayList<>();
    add(
        Mono.delay(Duration.ofMillis(10)).doOnNext(tick -> order.add("shut down")).thenReturn(3),
        Duration.ofSeconds(60));
    hook.run();
    order.add("gone on");
    assertEquals(List.of("shut down", "gone on"), order);
    assertEquals(List.of(3), told);
  }

  @Test
  void aGraceOfAgesIsOneThatCanBeCounted() {
    add(Mono.just(0), Duration.ofSeconds(Long.MAX_VALUE));
    hook.run();
    assertEquals(List.of(0), told);
  }

  @Test
  void whatIsNotShutDownInTimeIsLeftAndTheLogSaysSo() {
    hook = new ExitHook("a server", Mono.never(), Duration.ofMillis(10), told::add);
    try (CapturedLog log = CapturedLog.of(TcpServer.class)) {
      hook.run();
      assertEquals(1, log.messages().size());
      assertTrue(log.messages().getFirst().contains("a server was not shut down within PT0.01S"));
    }
    assertEquals(List.of(), told);
  }
}
