package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.CapturedLog;
import dev.zloop.it.support.Loops;
import dev.zloop.reactor.logging.AdvancedByteBufFormat;
import dev.zloop.reactor.metrics.MicrometerChannelMetricsRecorder;
import dev.zloop.reactor.udp.UdpClient;
import dev.zloop.reactor.udp.UdpConnection;
import dev.zloop.reactor.udp.UdpServer;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.logging.LogLevel;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What is measured, and what is logged, of datagrams. */
class UdpObservationIT {
  private static final String SERVER = "reactor.netty.udp.server";
  private static final String CLIENT = "reactor.netty.udp.client";

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private final MeterRegistry registry = new SimpleMeterRegistry();

  private UdpServer server() {
    return UdpServer.create().host("127.0.0.1").port(0).runOn(LOOPS.group());
  }

  private UdpConnection echo(UnaryOperator<UdpServer> settings) {
    return settings.apply(server()).handle((in, out) -> out.send(in.receive().retain())).bindNow();
  }

  private UdpClient client(int port) {
    return UdpClient.create().host("127.0.0.1").port(port).runOn(LOOPS.group());
  }

  private UdpClient measuredClient(int port) {
    return client(port)
        .metrics(true, () -> new MicrometerChannelMetricsRecorder(CLIENT, "udp", false, registry));
  }

  private static List<String> exchange(UdpConnection client, String... texts) {
    var answers = client.inbound().receive().asString().take(texts.length).collectList().toFuture();
    Await.completion(client.outbound().sendString(Flux.just(texts)).then());
    return Await.completion(answers);
  }

  // ---- metrics

  @Test
  void datagramsAreMeasuredOnBothSidesUnderReactorNettysNames() {
    UdpConnection server =
        echo(udp ->
            udp.metrics(
                true, () -> new MicrometerChannelMetricsRecorder(SERVER, "udp", true, registry)));
    UdpConnection client = measuredClient(server.port()).connectNow();

    exchange(client, "hello", "", "you");

    String remote = "127.0.0.1:" + server.port();
    for (String meter : List.of(".data.received", ".data.sent")) {
      assertBytes(summary(SERVER + meter, "127.0.0.1"));
      assertBytes(summary(CLIENT + meter, remote));
    }
    for (String timer : List.of(".connect.time", ".address.resolver")) {
      var tags = registry.get(CLIENT + timer).tags("remote.address", remote, "status", "SUCCESS");
      assertEquals(1, tags.timer().count(), timer);
    }
    var open =
        registry.get(SERVER + ".connections.total").tag("local.address", remote).tag("uri", "udp");
    assertEquals(1, open.gauge().value());

    client.disposeNow();
    server.disposeNow();
    assertEquals(0, open.gauge().value());
    assertTrue(registry.find(CLIENT + ".errors.kind").counters().isEmpty());
  }

  private DistributionSummary summary(String meter, String remote) {
    return registry.get(meter).tags("remote.address", remote, "uri", "udp").summary();
  }

  /** The empty one is not counted. */
  private static void assertBytes(DistributionSummary summary) {
    assertEquals(2, summary.count(), () -> summary.getId().toString());
    assertEquals(8, summary.totalAmount());
  }

  @Test
  void whatTheNetworkReportsIsAnErrorOfItsKind() {
    UdpConnection gone = server().bindNow();
    gone.disposeNow();
    UdpConnection client = measuredClient(gone.port()).connectNow();
    client.inbound().receive().subscribe();
    Await.completion(client.outbound().sendString(Mono.just("anybody?")).then());

    Await.until("an error", () -> registry.find(CLIENT + ".errors.kind").counter() != null);

    assertEquals(
        1, registry.get(CLIENT + ".errors.kind").tag("kind", "ECONNREFUSED").counter().count());
    assertEquals(1, registry.get(CLIENT + ".errors").counter().count());
    client.disposeNow();
  }

  @Test
  void whatCannotBeSentIsAnErrorOfItsKind() {
    UdpConnection server = server().bindNow();
    UdpConnection client = measuredClient(server.port()).connectNow();
    Mono<Void> sending = client.outbound().sendString(Mono.just("x".repeat(65_508))).then();

    Await.completion(sending.onErrorComplete());

    assertEquals(
        1, registry.get(CLIENT + ".errors.kind").tag("kind", "EMSGSIZE").counter().count());
    client.disposeNow();
    server.disposeNow();
  }

  // ---- the wire

  @Test
  void theWireOfAServerNamesThePeerOfEachDatagram() {
    try (CapturedLog log = CapturedLog.of(UdpObservationIT.class)) {
      UdpConnection server =
          echo(udp ->
              udp.wiretap(
                  UdpObservationIT.class.getName(), LogLevel.INFO, AdvancedByteBufFormat.TEXTUAL));
      UdpConnection client = client(server.port()).connectNow();
      exchange(client, "hello");
      server.disposeNow();

      String peer = client.localAddress().toString();
      assertEquals(
          List.of(
              "ACTIVE",
              "READ from " + peer + ": 5B hello",
              "WRITE to " + peer + ": 5B hello",
              "INACTIVE"),
          events(log, "L:" + server.localAddress()));
      client.disposeNow();
    }
  }

  @Test
  void theWireOfAClientNamesItsPeerInEachLine() {
    try (CapturedLog log = CapturedLog.of(UdpObservationIT.class)) {
      UdpConnection server = echo(UnaryOperator.identity());
      UdpConnection client =
          client(server.port())
              .wiretap(
                  UdpObservationIT.class.getName(), LogLevel.INFO, AdvancedByteBufFormat.SIMPLE)
              .connectNow();
      exchange(client, "hello");
      client.disposeNow();

      assertEquals(
          List.of("ACTIVE", "WRITE: 5B", "READ: 5B", "INACTIVE"),
          events(log, "L:" + client.localAddress() + " - R:" + server.localAddress()));
      server.disposeNow();
    }
  }

  /** What is logged behind what tells the socket. */
  private static List<String> events(CapturedLog log, String ends) {
    return log.records().stream()
        .map(LogRecord::getMessage)
        .peek(line -> assertTrue(line.matches("\\[[0-9a-f]{8}, \\Q" + ends + "\\E] .*"), line))
        .map(line -> line.substring(line.indexOf("] ") + 2))
        .toList();
  }
}
