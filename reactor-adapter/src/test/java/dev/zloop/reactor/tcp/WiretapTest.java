package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.logging.AdvancedByteBufFormat;
import dev.zloop.reactor.metrics.MicrometerChannelMetricsRecorder;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.logging.LogLevel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What {@code wiretap} writes to the log. */
class WiretapTest {

  /** What a server logs whose peer says ping and hears pong; without what tells the connection. */
  private static List<String> logged(
      String category, Level level, UnaryOperator<TcpServer> settings) {
    try (Simulation simulation = Simulation.of(7);
        CapturedLog log = CapturedLog.of(category, level)) {
      TcpServer server =
          TcpServer.create()
              .runOn(simulation.loop(Backend.EPOLL))
              .host("127.0.0.1")
              .handle((in, out) ->
                  out.sendString(in.receive().asString().map(ping -> ping.replace('i', 'o'))));
      DisposableServer bound = simulation.await(settings.apply(server).bind().toFuture());
      SimulatedPeer peer = simulation.connect(bound.address());
      peer.send("ping");
      simulation.runUntil(() -> peer.receivedText().equals("pong"));
      peer.shutdownOutput();
      simulation.runUntil(peer::hasEnded);
      String start =
          "\\[[0-9a-f]{8}, L:/127.0.0.1:%d - R:/127.0.0.1:\\d+] ".formatted(bound.port());
      for (String message : log.messages()) {
        assertTrue(message.matches("(?s)" + start + ".*"), message);
      }
      return log.messages().stream().map(message -> message.replaceFirst(start, "")).toList();
    }
  }

  @Test
  void everythingThatHappensIsDumpedUnderTheNameOfTheServer() {
    List<String> lines =
        logged(TcpServer.class.getName(), Level.FINE, server -> server.wiretap(true));
    assertEquals("ACTIVE", lines.getFirst());
    assertEquals("READ: 4B", lines.get(1).lines().findFirst().orElseThrow());
    assertTrue(lines.get(1).contains("|00000000| 70 69 6e 67 "), lines.get(1));
    assertTrue(lines.get(2).startsWith("WRITE: 4B\n"), lines.get(2));
    assertTrue(lines.get(2).contains("|pong "), lines.get(2));
    assertTrue(lines.containsAll(List.of("FLUSH", "INPUT END")), lines.toString());
    assertEquals("INACTIVE", lines.getLast());
  }

  @Test
  void textIsLoggedAsText() {
    List<String> lines =
        logged(
            "wire",
            Level.INFO,
            server -> server.wiretap("wire", LogLevel.INFO, AdvancedByteBufFormat.TEXTUAL));
    assertTrue(lines.containsAll(List.of("READ: 4B ping", "WRITE: 4B pong")), lines.toString());
  }

  @Test
  void theSimpleFormKeepsTheContentToItself() {
    List<String> lines =
        logged(
            "wire",
            Level.SEVERE,
            server ->
                server.wiretap(
                    "wire",
                    LogLevel.ERROR,
                    AdvancedByteBufFormat.SIMPLE,
                    StandardCharsets.US_ASCII));
    assertTrue(lines.containsAll(List.of("READ: 4B", "WRITE: 4B")), lines.toString());
  }

  @Test
  void aLevelThatIsOffLogsNothing() {
    assertEquals(List.of(), logged("wire", Level.INFO, server -> server.wiretap("wire")));
  }

  @Test
  void aTapThatIsTakenOffLogsNothing() {
    UnaryOperator<TcpServer> settings = server -> server.wiretap("wire").wiretap(false);
    assertEquals(List.of(), logged("wire", Level.ALL, settings));
  }

  @Test
  void aServerIsQuietByDefault() {
    assertEquals(
        List.of(), logged("dev.zloop", Level.INFO, server -> server.doOnError((c, e) -> {})));
  }

  @Test
  void meteringAndTappingGoTogether() {
    MeterRegistry registry = new SimpleMeterRegistry();
    var recorder = new MicrometerChannelMetricsRecorder("a", "tcp", true, registry);
    List<String> lines =
        logged(
            "wire",
            Level.ALL,
            server ->
                server
                    .handle(
                        (in, out) -> out.sendString(Mono.just("pong")).then(in.receive().then()))
                    .metrics(true, () -> recorder)
                    .wiretap("wire", LogLevel.DEBUG, AdvancedByteBufFormat.TEXTUAL));
    assertTrue(lines.contains("WRITE: 4B pong"), lines.toString());
    assertEquals(4, registry.get("a.data.sent").summary().totalAmount());
    assertEquals("INACTIVE", lines.getLast());
  }
}
