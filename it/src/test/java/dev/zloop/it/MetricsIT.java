package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.reactor.metrics.MicrometerChannelMetricsRecorder;
import dev.zloop.reactor.metrics.ZLoopMetrics;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.X509Bundle;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** Meters beside those of Reactor Netty, over TLS. */
class MetricsIT {
  private static final String SERVER = "reactor.netty.tcp.server";
  private static final String CLIENT = "reactor.netty.tcp.client";

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private final MeterRegistry theirs = new SimpleMeterRegistry();
  private final MeterRegistry ours = new SimpleMeterRegistry();
  private SslContext serverContext;
  private SslContext clientContext;

  @BeforeEach
  void makeContexts() throws Exception {
    X509Bundle certificate = Certificates.TRUSTED.forNames("localhost");
    serverContext =
        SslContextBuilder.forServer(
                certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
            .sslProvider(SslProvider.JDK)
            .build();
    clientContext =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .build();
    Metrics.addRegistry(theirs);
  }

  @AfterEach
  void removeRegistry() {
    Metrics.removeRegistry(theirs);
  }

  @Test
  void aDashboardOfReactorNettyFindsItsMeters() {
    exchangeByReactorNetty();
    ZLoopMetrics loops = new ZLoopMetrics(LOOPS.group());
    loops.bindTo(ours);
    exchangeByZloop();

    Set<String> expected = shapes(theirs);
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(shapes(ours));
    assertEquals(Set.of(), missing, "of " + expected);
    assertEquals(true, expected.size() >= 9, expected.toString());
    loops.close();
  }

  /** Name, type and the names of the tags of what is Reactor Netty's TCP, and of its loops. */
  private static Set<String> shapes(MeterRegistry registry) {
    return registry.getMeters().stream()
        .map(Meter::getId)
        .filter(id ->
            id.getName().startsWith("reactor.netty.tcp")
                || id.getName().startsWith("reactor.netty.eventloop"))
        .map(id ->
            id.getName()
                + " "
                + id.getType()
                + " "
                + id.getTags().stream().map(Tag::getKey).sorted().toList())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void exchangeByReactorNetty() {
    LoopResources loops = LoopResources.create("metered", 1, true);
    AtomicReference<reactor.netty.Connection> served = new AtomicReference<>();
    reactor.netty.DisposableServer server =
        reactor.netty.tcp.TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .metrics(true)
            .secure(spec -> spec.sslContext(serverContext))
            .doOnConnection(served::set)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    reactor.netty.Connection client =
        reactor.netty.tcp.TcpClient.newConnection()
            .runOn(loops)
            .host("localhost")
            .port(server.port())
            .resolver(DefaultAddressResolverGroup.INSTANCE)
            .metrics(true)
            .secure(spec -> spec.sslContext(clientContext))
            .connectNow();
    client.outbound().sendString(Mono.just("hello")).then().subscribe();
    Await.completion(client.inbound().receive().asString().next());
    client.disposeNow();
    Await.completion(served.get().onDispose()); // else its loops may end before it, and leave it
    server.disposeNow();
    Await.completion(loops.disposeLater(Duration.ZERO, Await.PATIENCE));
  }

  private void exchangeByZloop() {
    DisposableServer server =
        LOOPS
            .echoServer()
            .metrics(true, () -> new MicrometerChannelMetricsRecorder(SERVER, "tcp", true, ours))
            .secure(serverContext)
            .bindNow();
    Connection client =
        LOOPS
            .client(server.port())
            .host("localhost")
            .metrics(true, () -> new MicrometerChannelMetricsRecorder(CLIENT, "tcp", false, ours))
            .secure(tls -> tls.sslContext(clientContext).verifyHostname(false))
            .connectNow();
    exchange(client);
    server.disposeNow();
  }

  private static void exchange(Connection client) {
    client.outbound().sendString(Mono.just("hello")).then().subscribe();
    Await.completion(client.inbound().receive().asString().next());
    client.disposeNow();
  }

  @Test
  void handshakesAreTimedAndWhatIsCountedIsWithinTls() {
    exchangeByZloop();
    for (String prefix : Set.of(SERVER, CLIENT)) {
      var handshakes = ours.get(prefix + ".tls.handshake.time").tag("status", "SUCCESS").timer();
      assertEquals(1, handshakes.count());
      assertEquals(true, handshakes.totalTime(TimeUnit.NANOSECONDS) > 0);
      assertEquals(5, ours.get(prefix + ".data.received").summary().totalAmount());
      assertEquals(5, ours.get(prefix + ".data.sent").summary().totalAmount());
    }
  }

  @Test
  void aHandshakeThatFailsIsAnErrorOfBothKinds() {
    DisposableServer server =
        LOOPS
            .echoServer()
            .metrics(true, () -> new MicrometerChannelMetricsRecorder(SERVER, "tcp", true, ours))
            .secure(serverContext)
            .doOnError((connection, expected) -> {})
            .bindNow();
    Connection client = LOOPS.client(server.port()).connectNow();
    client.outbound().sendString(Mono.just("this is no TLS at all")).then().subscribe();
    Await.completion(client.onDispose());
    Await.until("the error", () -> !ours.find(SERVER + ".errors.kind").counters().isEmpty());
    assertEquals(
        1, ours.get(SERVER + ".tls.handshake.time").tag("status", "ERROR").timer().count());
    assertEquals(1, ours.get(SERVER + ".errors").counter().count());
    server.disposeNow();
  }

  @Test
  void withoutARecorderTheGlobalRegistryIsTheOne() {
    DisposableServer server = LOOPS.echoServer().metrics(true).bindNow();
    Connection client = LOOPS.client(server.port()).metrics(true).connectNow();
    exchange(client);
    String target = "127.0.0.1:" + server.port();
    theirs.get(SERVER + ".connections.total").tag("local.address", target).gauge();
    theirs.get(CLIENT + ".connect.time").tag("remote.address", target).timer();
    Await.until(
        "a turn",
        () ->
            theirs
                    .get("zloop.eventloop.turn.time")
                    .tag("name", LOOPS.first().name())
                    .timer()
                    .count()
                > 0);
    server.disposeNow();
  }
}
