package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is sent over TLS arrives, in order and whole. */
class TlsEchoIT {
  private static final int LENGTH = 8 << 20;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  @ParameterizedTest
  @CsvSource({"JDK,JDK", "JDK,BORINGSSL", "BORINGSSL,JDK", "BORINGSSL,BORINGSSL"})
  void bulkComesBackAsItWasSent(TlsEngine serverEngine, TlsEngine clientEngine) {
    DisposableServer server = echo(serverEngine);
    Checker checker = new Checker();
    Connection client = connect(server, clientEngine);
    client.outbound().send(Pattern.DEFAULT.buffers(LENGTH, 10_000)).then().subscribe();
    client.inbound().receive().subscribe(checker);
    Await.until("all of it", () -> checker.received() == LENGTH);
    client.disposeNow();
    server.disposeNow();
  }

  @Test
  void theOutputCanEndBeforeTheInput() {
    DisposableServer server = echo(TlsEngine.JDK);
    Checker checker = new Checker();
    Connection client = connect(server, TlsEngine.JDK);
    client
        .outbound()
        .send(Pattern.DEFAULT.buffers(LENGTH, 10_000))
        .shutdownOutput()
        .then()
        .subscribe();
    Await.completion(client.inbound().receive().doOnNext(checker).then());
    assertEquals(LENGTH, checker.received());
    Await.completion(client.onDispose());
    server.disposeNow();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAgreedOnIsTold(TlsEngine engine) {
    DisposableServer server = echo(engine);
    Connection client = connect(server, engine);
    var session = client.tlsSession().orElseThrow();
    assertEquals("TLSv1.3", session.protocol());
    assertEquals("localhost", session.serverName().orElseThrow());
    assertEquals(
        "CN=localhost", session.peerCertificates().getFirst().getSubjectX500Principal().getName());
    client.disposeNow();
    server.disposeNow();
  }

  private static DisposableServer echo(TlsEngine engine) {
    return LOOPS
        .echoServer()
        .secure(TlsEngine.build(engine.server(Certificates.TRUSTED.forNames("localhost"))))
        .bindNow();
  }

  private static Connection connect(DisposableServer server, TlsEngine engine) {
    return LOOPS
        .client(server.port())
        .host("localhost")
        .secure(TlsEngine.build(engine.client()))
        .connectNow();
  }
}
