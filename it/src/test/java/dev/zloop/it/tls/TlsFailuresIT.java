package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tls.TlsClientSpec;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsServerSpec;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A handshake that fails says why, on each side what that side can know. */
class TlsFailuresIT {
  private static final String EVERY =
      """
      JDK,TLSv1.2
      JDK,TLSv1.3
      BORINGSSL,TLSv1.2
      BORINGSSL,TLSv1.3
      """;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @AfterEach
  void theLoopGoesOn() {
    DisposableServer plain = LOOPS.echoServer().bindNow();
    var client = LOOPS.client(plain.port()).connectNow();
    assertEquals("hello", Attempt.echo(client));
    client.disposeNow();
    plain.disposeNow();
  }

  /** What both sides hear. */
  private record Heard(TlsException client, TlsException server) {}

  private static Heard heard(
      Consumer<? super TlsServerSpec> server, Consumer<? super TlsClientSpec> client) {
    try (Attempt attempt = Attempt.on(LOOPS, server)) {
      TlsException heard = attempt.refused(client);
      return new Heard(heard, attempt.serverTold());
    }
  }

  // ---- the server's certificate

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void anUnknownAuthorityIsNamed(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    Heard heard = heard(specs.server(Certificates.UNKNOWN.forNames("localhost")), specs.client());
    Attempt.assertTells(
        heard.client,
        Reason.UNTRUSTED_CERTIFICATE,
        "the server's certificate for CN=localhost",
        "trust(..) its issuer CN=nobody's authority");
    Attempt.assertTells(heard.server, Reason.REFUSED_BY_PEER, "the client refused, by the alert");
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void anAuthorityThatOnlyHasATrustedNameIsUnknown(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    Heard heard = heard(specs.server(Certificates.IMPOSTOR.forNames("localhost")), specs.client());
    Attempt.assertTells(
        heard.client, Reason.UNTRUSTED_CERTIFICATE, "the server's certificate for CN=localhost");
    Attempt.assertTells(heard.server, Reason.REFUSED_BY_PEER, "the client refused, by the alert");
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void anExpiredCertificateIsToldWithItsDate(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    var certificate = Certificates.TRUSTED.expired("localhost");
    Heard heard = heard(specs.server(certificate), specs.client());
    Instant end = certificate.getCertificate().getNotAfter().toInstant();
    Attempt.assertTells(
        heard.client,
        Reason.EXPIRED_CERTIFICATE,
        "the server's certificate for CN=localhost was valid until " + end,
        "renew it");
    Attempt.assertTells(
        heard.server, Reason.REFUSED_BY_PEER, "certificate_expired", "this side's certificate");
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aCertificateOfTomorrowIsToldWithItsDate(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    var certificate = Certificates.TRUSTED.notYetValid("localhost");
    Heard heard = heard(specs.server(certificate), specs.client());
    Instant begin = certificate.getCertificate().getNotBefore().toInstant();
    Attempt.assertTells(
        heard.client, Reason.EXPIRED_CERTIFICATE, "is not valid before " + begin, "clocks");
    Attempt.assertTells(heard.server, Reason.REFUSED_BY_PEER, "the client refused, by the alert");
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aWrongNameIsToldWithTheRightOnes(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    var certificate = Certificates.TRUSTED.forNames("a.test", "b.test");
    Heard heard = heard(specs.server(certificate), specs.client());
    Attempt.assertTells(
        heard.client,
        Reason.WRONG_NAME,
        "is for a.test, b.test, 127.0.0.1 and not for localhost",
        "serverName(..)");
    Attempt.assertTells(heard.server, Reason.REFUSED_BY_PEER, "the client refused, by the alert");
  }

  /** With a context from elsewhere less is known, but the reason. */
  @ParameterizedTest
  @EnumSource
  void aContextFromElsewhereHasTheSameReasons(TlsEngine engine) {
    Specs specs = new Specs(engine, "TLSv1.3");
    Consumer<TlsClientSpec> client = tls -> tls.sslContext(TlsEngine.build(engine.client()));
    Attempt.assertTells(
        heard(specs.server(Certificates.UNKNOWN.forNames("localhost")), client).client,
        Reason.UNTRUSTED_CERTIFICATE,
        "comes from no authority that this side trusts");
    Attempt.assertTells(
        heard(specs.server(Certificates.TRUSTED.expired("localhost")), client).client,
        Reason.EXPIRED_CERTIFICATE,
        "CN=localhost was valid until 2");
    Attempt.assertTells(
        heard(specs.server(Certificates.TRUSTED.forNames("a.test")), client).client,
        Reason.WRONG_NAME,
        "not for localhost");
  }

  /** A trust manager of the user's own that fails is not the peer's fault. */
  @ParameterizedTest
  @EnumSource
  void aTrustManagerThatFailsIsThisSides(TlsEngine engine) {
    Specs specs = new Specs(engine, "TLSv1.3");
    TlsException heard =
        heard(
                specs.server(),
                specs
                    .client()
                    .andThen(tls -> tls.context(builder -> builder.trustManager(new Failing()))))
            .client;
    Attempt.assertTells(heard, Reason.NOT_USABLE, "no list to look at");
  }

  // ---- the client's certificate

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aMissingCertificateIsAskedFor(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    Heard heard = heard(specs.server(ClientAuth.REQUIRE), specs.client());
    Attempt.assertTells(heard.server, Reason.NO_CERTIFICATE, "the client was asked", "gave none");
    Attempt.assertTells(heard.client, Reason.REFUSED_BY_PEER, "it needs a", "certificate");
    assertLateIn13(version, heard.client);
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aClientOfAnUnknownAuthorityIsNamed(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    Heard heard =
        heard(specs.server(ClientAuth.REQUIRE), specs.client(Certificates.IMPOSTOR.forNames("me")));
    Attempt.assertTells(
        heard.server, Reason.UNTRUSTED_CERTIFICATE, "the client's certificate for CN=me");
    Attempt.assertTells(heard.client, Reason.REFUSED_BY_PEER, "the server refused, by the alert");
    assertLateIn13(version, heard.client);
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void anExpiredClientIsToldWithItsDate(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    var certificate = Certificates.TRUSTED.expired("me");
    Heard heard = heard(specs.server(ClientAuth.REQUIRE), specs.client(certificate));
    Instant end = certificate.getCertificate().getNotAfter().toInstant();
    Attempt.assertTells(
        heard.server,
        Reason.EXPIRED_CERTIFICATE,
        "the client's certificate for CN=me was valid until " + end);
    Attempt.assertTells(heard.client, Reason.REFUSED_BY_PEER, "this side's certificate");
    assertLateIn13(version, heard.client);
  }

  private static void assertLateIn13(String version, TlsException client) {
    assertEquals(
        version.equals("TLSv1.3"),
        client.getMessage().contains("it comes after the handshake"),
        client::getMessage);
  }

  // ---- nothing in common

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void noVersionInCommonIsToldWithWhatIsOffered(TlsEngine engine, String version) {
    String another = version.equals("TLSv1.2") ? "TLSv1.3" : "TLSv1.2";
    Heard heard = heard(new Specs(engine, version).server(), new Specs(engine, another).client());
    Attempt.assertTells(
        heard.server, Reason.NOTHING_IN_COMMON, "no version in common", "[" + version + "]");
    Attempt.assertTells(
        heard.client, Reason.NOTHING_IN_COMMON, "protocol_version", "[" + another + "]");
  }

  @ParameterizedTest
  @EnumSource
  void noCipherSuiteInCommonIsTold(TlsEngine engine) {
    Specs specs = new Specs(engine, "TLSv1.2");
    Heard heard =
        heard(
            specs.server().andThen(tls -> tls.context(ciphers("AES_128_GCM_SHA256"))),
            specs.client().andThen(tls -> tls.context(ciphers("AES_256_GCM_SHA384"))));
    Attempt.assertTells(heard.server, Reason.NOTHING_IN_COMMON, "no cipher suite");
  }

  private static Consumer<SslContextBuilder> ciphers(String suite) {
    return builder ->
        builder.ciphers(List.of("TLS_ECDHE_ECDSA_WITH_" + suite, "TLS_ECDHE_RSA_WITH_" + suite));
  }

  /** Trusts by what it cannot read. */
  private static final class Failing implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new IllegalStateException("no list to look at");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      throw new IllegalStateException("no list to look at");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
