package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tls.ReloadableSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A server whose certificate's files are replaced while it runs. */
class TlsReloadIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @TempDir Path directory;

  private void write(X509Bundle certificate) throws Exception {
    Files.writeString(directory.resolve("chain"), certificate.getCertificatePathPEM());
    Files.writeString(directory.resolve("key"), certificate.getPrivateKeyPEM());
  }

  private static BigInteger seen(Connection client) {
    return client.tlsSession().orElseThrow().peerCertificates().getFirst().getSerialNumber();
  }

  @ParameterizedTest
  @CsvSource({"JDK,TLSv1.2", "JDK,TLSv1.3", "BORINGSSL,TLSv1.2", "BORINGSSL,TLSv1.3"})
  void newConnectionsHaveTheNewOneAndOldOnesLiveOn(TlsEngine engine, String version)
      throws Exception {
    X509Bundle first = Certificates.TRUSTED.forNames("localhost");
    X509Bundle second = Certificates.TRUSTED.forNames("localhost");
    write(first);
    ReloadableSslContext context =
        ReloadableSslContext.of(() ->
            SslContextBuilder.forServer(
                    directory.resolve("chain").toFile(), directory.resolve("key").toFile())
                .sslProvider(engine.provider())
                .build());
    try (Attempt attempt = Attempt.on(LOOPS, tls -> tls.sslContext(context))) {
      Connection old = connect(attempt, engine, version);
      var oldReceived = old.inbound().receive().asString().share();
      assertEquals(first.getCertificate().getSerialNumber(), seen(old));

      Files.writeString(directory.resolve("key"), "damaged");
      SSLException failure = assertThrows(SSLException.class, context::reload);
      assertEquals(true, failure.getMessage().contains("the old one stays"));
      assertShown(attempt, engine, version, first);

      write(second);
      context.reload();
      assertShown(attempt, engine, version, second);

      assertEchoes(old, oldReceived);
      old.disposeNow();
    }
  }

  private static void assertEchoes(Connection client, Flux<String> received) {
    Mono<String> echo = received.next();
    Mono<String> sent = client.outbound().sendString(Mono.just("still")).then().then(Mono.empty());
    assertEquals("still", Flux.merge(echo, sent).next().block());
  }

  private static void assertShown(
      Attempt attempt, TlsEngine engine, String version, X509Bundle certificate) {
    Connection client = connect(attempt, engine, version);
    assertEquals(certificate.getCertificate().getSerialNumber(), seen(client));
    client.disposeNow();
  }

  private static Connection connect(Attempt attempt, TlsEngine engine, String version) {
    return LOOPS
        .client(attempt.port())
        .host("localhost")
        .secure(new Specs(engine, version).client())
        .connectNow();
  }
}
