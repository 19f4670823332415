package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.metrics.ChannelMetricsRecorder;
import dev.zloop.reactor.metrics.MicrometerChannelMetricsRecorder;
import dev.zloop.simulation.Fault;
import dev.zloop.simulation.Faults;
import dev.zloop.simulation.SimulatedListener;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What servers and clients have measured, on a simulated network. */
class MetricsTest {
  private static final String SERVER = "reactor.netty.tcp.server";
  private static final String CLIENT = "reactor.netty.tcp.client";

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final Simulation simulation = Simulation.of(7);

  @AfterEach
  void close() {
    simulation.close();
  }

  private TcpServer measuredServer() {
    return TcpServer.create()
        .runOn(simulation.loop(Backend.EPOLL))
        .host("127.0.0.1")
        .metrics(true, () -> new MicrometerChannelMetricsRecorder(SERVER, "tcp", true, registry));
  }

  private TcpClient measuredClient(Simulation of) {
    return TcpClient.create()
        .runOn(of.loop(Backend.EPOLL))
        .metrics(true, () -> new MicrometerChannelMetricsRecorder(CLIENT, "tcp", false, registry));
  }

  private DisposableServer bind(TcpServer server) {
    return simulation.await(server.bind().toFuture());
  }

  private DisposableServer echo() {
    return bind(measuredServer().handle((in, out) -> out.send(in.receive().retain())));
  }

  private double connections() {
    return registry.get(SERVER + ".connections.total").gauge().value();
  }

  @Test
  void connectionsAreCountedWhileTheyLast() {
    DisposableServer server = echo();
    SimulatedPeer first = simulation.connect(server.address());
    SimulatedPeer second = simulation.connect(server.address());
    first.send("a");
    second.send("b");
    simulation.runUntil(() -> first.receivedText().equals("a"));
    simulation.runUntil(() -> second.receivedText().equals("b"));
    assertEquals(2, connections());
    assertEquals(
        "127.0.0.1:" + server.port(),
        registry.get(SERVER + ".connections.total").gauge().getId().getTag("local.address"));

    first.shutdownOutput();
    simulation.runUntil(() -> connections() == 1);
    second.reset();
    simulation.runUntil(() -> connections() == 0);
  }

  @Test
  void bytesAreCountedBothWaysWithoutThePortsOfPeers() {
    DisposableServer server =
        bind(
            measuredServer()
                .handle(
                    (in, out) -> out.sendString(in.receive().asString().map(text -> text + text))));
    for (int i = 0; i < 2; i++) {
      SimulatedPeer peer = simulation.connect(server.address());
      peer.send("hello");
      peer.shutdownOutput();
      simulation.runUntil(peer::hasEnded);
    }
    assertEquals(10, registry.get(SERVER + ".data.received").summary().totalAmount());
    assertEquals(20, registry.get(SERVER + ".data.sent").summary().totalAmount());
    Meter.Id id = registry.get(SERVER + ".data.sent").summary().getId();
    assertEquals("127.0.0.1", id.getTag("remote.address"));
    assertEquals("bytes", id.getBaseUnit());
  }

  @Test
  void aResetIsAnErrorOfItsKindAndAnEndInOrderIsNone() {
    DisposableServer server = echo();
    SimulatedPeer orderly = simulation.connect(server.address());
    orderly.shutdownOutput();
    simulation.runUntil(orderly::hasEnded);
    simulation.runUntil(() -> connections() == 0);
    assertEquals(List.of(), List.copyOf(registry.find(SERVER + ".errors.kind").counters()));

    SimulatedPeer rude = simulation.connect(server.address());
    rude.send("hello");
    simulation.runUntil(() -> rude.receivedText().equals("hello"));
    rude.reset();
    simulation.runUntil(() -> connections() == 0);
    assertEquals(1, registry.get(SERVER + ".errors").counter().count());
    assertEquals(1, errorsOfKind("ECONNRESET"));
  }

  @Test
  void aHandlerThatFailsIsAnErrorOfItsOwnKind() {
    DisposableServer server =
        bind(
            measuredServer()
                .doOnError((connection, error) -> {})
                .handle((in, out) -> Mono.error(new ArithmeticException("no"))));
    simulation.connect(server.address());
    simulation.runUntil(() -> !registry.find(SERVER + ".errors.kind").counters().isEmpty());
    assertEquals(1, errorsOfKind("ArithmeticException"));
  }

  private double errorsOfKind(String kind) {
    return registry.get(SERVER + ".errors.kind").tag("kind", kind).counter().count();
  }

  @Test
  void aClientMeasuresResolvingAndConnectingUnderTheNameItWasGiven() {
    SimulatedListener outside = listen(simulation);
    Connection connection =
        simulation.await(
            measuredClient(simulation)
                .host("127.0.0.1")
                .port(portOf(outside))
                .connect()
                .toFuture());
    connection.outbound().sendString(Mono.just("hello")).then().subscribe();
    SimulatedPeer peer = outside.accept().orElseThrow();
    simulation.runUntil(() -> peer.receivedText().equals("hello"));

    String target = "127.0.0.1:" + portOf(outside);
    assertEquals(1, timed(CLIENT + ".address.resolver", target, "SUCCESS"));
    assertEquals(1, timed(CLIENT + ".connect.time", target, "SUCCESS"));
    Meter.Id id = registry.get(CLIENT + ".data.sent").summary().getId();
    assertEquals(target, id.getTag("remote.address"));
    assertEquals("na", id.getTag("proxy.address"));
  }

  @Test
  void aConnectThatIsRefusedIsMeasuredAsAnError() {
    try (Simulation refusing = Simulation.of(7, Faults.NONE.with(Fault.REFUSED, 1))) {
      SimulatedListener outside = listen(refusing);
      refusing.await(
          measuredClient(refusing)
              .remoteAddress(outside::address)
              .connect()
              .then()
              .onErrorComplete()
              .toFuture());
      assertEquals(1, timed(CLIENT + ".connect.time", "127.0.0.1:" + portOf(outside), "ERROR"));
      assertTrue(registry.find(CLIENT + ".address.resolver").timers().isEmpty());
    }
  }

  private static SimulatedListener listen(Simulation simulation) {
    return simulation.listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
  }

  private static int portOf(SimulatedListener listener) {
    return ((InetSocketAddress) listener.address()).getPort();
  }

  private long timed(String timer, String remote, String status) {
    return registry.get(timer).tags("remote.address", remote, "status", status).timer().count();
  }

  @Test
  void aRecorderThatThrowsHurtsNoConnection() {
    DisposableServer server =
        bind(
            measuredServer()
                .metrics(true, FailingRecorder::new)
                .handle((in, out) -> out.send(in.receive().retain())));
    try (CapturedLog log = CapturedLog.of(ChannelMetricsRecorder.class)) {
      SimulatedPeer peer = simulation.connect(server.address());
      peer.send("hello");
      peer.shutdownOutput();
      simulation.runUntil(peer::hasEnded);
      assertEquals("hello", peer.receivedText());
      assertTrue(log.messages().getFirst().startsWith("a metrics recorder failed"));
    }
  }

  @Test
  void nothingIsMeasuredOnceThatIsSwitchedOff() {
    DisposableServer server =
        bind(measuredServer().metrics(false).handle((in, out) -> Mono.empty()));
    SimulatedPeer peer = simulation.connect(server.address());
    simulation.runUntil(peer::hasEnded);
    assertEquals(List.of(), registry.getMeters());
  }

  @Test
  void aRecorderHasToBeSupplied() {
    TcpServer server = TcpServer.create();
    assertThrows(NullPointerException.class, () -> server.metrics(true, () -> null));
  }
}
