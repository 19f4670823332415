package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.nativereactor.Backend;
import dev.zloop.simulation.SimulatedPeer;
import dev.zloop.simulation.Simulation;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/** A server that ends while its connections are agreeing on keys. */
class HandshakingServerTest {
  private static final Duration GRACE = Duration.ofSeconds(30);

  private static X509Bundle certificate;

  private final List<Throwable> failures = new ArrayList<>();

  @BeforeAll
  static void certify() throws Exception {
    certificate =
        new CertificateBuilder()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
  }

  private DisposableServer bind(Simulation simulation, Backend backend) {
    return simulation.await(
        TcpServer.create()
            .runOn(simulation.loop(backend))
            .host("127.0.0.1")
            .secure(tls ->
                tls.sslContext(
                        built(() -> SslContextBuilder.forServer(certificate.toKeyManagerFactory())))
                    .handshakeTimeout(Duration.ofHours(1)))
            .doOnError((connection, error) -> failures.add(error))
            .handle((in, out) -> out.send(in.receive().retain()))
            .bind()
            .toFuture());
  }

  private static SslContext built(Callable<SslContextBuilder> builder) {
    try {
      return builder.call().build();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void whoIsSilentInTheHandshakeIsWaitedForNoLongerThanTheGrace(Backend backend) {
    try (Simulation simulation = Simulation.of(1)) {
      DisposableServer server = bind(simulation, backend);
      SimulatedPeer silent = simulation.connect(server.address());
      simulation.runUntil(() -> server.connections() == 1);
      long start = simulation.nanoTime();

      CompletableFuture<Integer> closed = server.shutdown(GRACE).toFuture();
      simulation.runUntil(() -> silent.hasEnded() || silent.failure().isPresent());

      assertTrue(simulation.nanoTime() - start >= GRACE.toNanos());
      silent.close();
      assertEquals(1, simulation.await(closed));
      assertEquals(0, server.connections());
      assertEquals(List.of(), failures); // nobody did anything wrong
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  void aHandshakeThatSucceedsWithinTheGraceIsServed(Backend backend) {
    try (Simulation simulation = Simulation.of(2)) {
      DisposableServer server = bind(simulation, backend);
      CompletableFuture<? extends Connection> connecting =
          TcpClient.create()
              .runOn(simulation.loop(backend))
              .remoteAddress(server::address)
              .secure(tls ->
                  tls.sslContext(
                          built(() ->
                              SslContextBuilder.forClient()
                                  .trustManager(certificate.getCertificate())))
                      .verifyHostname(false))
              .connect()
              .toFuture();
      simulation.runUntil(() -> server.connections() == 1);
      assertFalse(connecting.isDone());

      CompletableFuture<Integer> closed = server.shutdown(GRACE).toFuture();
      Connection client = simulation.await(connecting);
      client.outbound().sendString(Mono.just("hello")).then().subscribe();
      assertEquals(
          "hello", simulation.await(client.inbound().receive().asString().next().toFuture()));
      client.dispose();
      assertEquals(0, simulation.await(closed));
      assertEquals(List.of(), failures);
    }
  }
}
