package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.OpenBuffers;
import dev.zloop.it.support.OpenDescriptors;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Many handshakes at once, done or not: plain connections on the same loop go on meanwhile. */
class HandshakeStormIT {
  private static final int MANY = 1000;

  /** Of a byte that rests for a millisecond each time; about 900 were seen. */
  private static final int ECHOES_MIN = 50;

  /** Where the server is, and a plain connection with both its ends. */
  @RegisterExtension static final Loops ATTACKED = Loops.of(1);

  @RegisterExtension static final Loops ATTACKING = Loops.of(1);

  private final AtomicLong echoes = new AtomicLong();

  private final AtomicInteger handshakes = new AtomicInteger();

  @AfterEach
  void noBufferIsLeft() {
    OpenBuffers.awaitNone();
  }

  @ParameterizedTest
  @EnumSource
  void plainConnectionsKeepTheirPaceDuringAThousandHandshakes(TlsEngine engine) {
    OpenDescriptors before = OpenDescriptors.now();
    DisposableServer plain = ATTACKED.echoServer().bindNow();
    Connection echoing = echoForEver(plain);
    DisposableServer secure =
        ATTACKED
            .echoServer()
            .secure(spec ->
                spec.sslContext(
                        TlsEngine.build(engine.server(Certificates.TRUSTED.forNames("localhost"))))
                    .handshakeTimeout(Duration.ofMinutes(1)))
            .doOnConnection(connection -> handshakes.incrementAndGet())
            .bindNow();
    TcpClient client =
        ATTACKING
            .client(secure.port())
            .host("localhost")
            .secure(spec ->
                spec.sslContext(TlsEngine.build(TlsEngine.BORINGSSL.client()))
                    .handshakeTimeout(Duration.ofMinutes(1)));
    CompletableFuture<? extends List<? extends Connection>> connecting =
        Flux.range(0, MANY).flatMap(i -> client.connect(), MANY).collectList().toFuture();
    if (!Await.comesTrue(connecting::isDone)) {
      throw new AssertionError("no more than " + handshakes + " handshakes were done");
    }
    List<? extends Connection> connections = Await.completion(connecting);
    assertEquals(MANY, connections.size());
    Await.until("all handshakes", () -> handshakes.get() == MANY);
    assertTrue(echoes.get() > ECHOES_MIN, () -> "no more than " + echoes + " echoes meanwhile");
    connections.forEach(Connection::dispose);
    Await.completion(Flux.fromIterable(connections).flatMap(Connection::onDispose, MANY).then());
    secure.disposeNow();
    echoing.disposeNow();
    plain.disposeNow();
    Await.until("no descriptors", () -> OpenDescriptors.now().isWithin(before));
  }

  /** One byte that goes to and fro, and rests in between, so that others get at the processor. */
  private Connection echoForEver(DisposableServer server) {
    Connection client = ATTACKED.client(server.port()).connectNow();
    client
        .inbound()
        .receive()
        .subscribe(buffer -> {
          echoes.incrementAndGet();
          client.loop().schedule(() -> sendOne(client), Duration.ofMillis(1));
        });
    client.loop().execute(() -> sendOne(client));
    return client;
  }

  private static void sendOne(Connection client) {
    client.outbound().send(Mono.just(one())).then().subscribe(nothing -> {}, ended -> {});
  }

  private static ByteBuf one() {
    return Unpooled.directBuffer(1).writeByte(1);
  }

  /** Each lies in memory of the loop's, until its rest comes. */
  @ParameterizedTest
  @EnumSource
  void helloesThatAreNeverWholeDoNotUseUpTheLoop(TlsEngine engine) throws IOException {
    byte[] hello = HostileBytes.clientHello();
    List<Peer> peers = new ArrayList<>();
    try (Victim victim =
        Victim.of(ATTACKED, engine, spec -> spec.handshakeTimeout(Duration.ofMinutes(1)))) {
      for (int i = 0; i < MANY; i++) {
        Peer peer = Peer.connect(victim.address());
        peers.add(peer);
        peer.send(HostileBytes.head(hello, hello.length / 2));
        if (i % 250 == 0) {
          victim.assertServes();
        }
      }
      victim.assertServes();
      for (Peer peer : peers) {
        peer.reset();
      }
      Await.until("all gone", () -> victim.failures().size() == MANY);
    }
  }
}
