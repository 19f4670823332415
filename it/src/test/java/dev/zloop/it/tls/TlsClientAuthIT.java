package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tls.TlsException.Reason;
import io.netty.handler.ssl.ClientAuth;
import io.netty.pkitesting.X509Bundle;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers that ask who a client is. */
class TlsClientAuthIT {
  private static final String EVERY =
      """
      JDK,TLSv1.2
      JDK,TLSv1.3
      BORINGSSL,TLSv1.2
      BORINGSSL,TLSv1.3
      """;

  private static final X509Bundle ME = Certificates.TRUSTED.forNames("me");

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static List<String> seenBy(Attempt attempt) {
    return attempt.lastServed().tlsSession().orElseThrow().peerCertificates().stream()
        .map(X509Certificate::getSubjectX500Principal)
        .map(Object::toString)
        .limit(1)
        .toList();
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aCertificateThatIsRequiredIsSeen(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt = Attempt.on(LOOPS, specs.server(ClientAuth.REQUIRE))) {
      attempt.talk(specs.client(ME));
      assertEquals(List.of("CN=me"), seenBy(attempt));
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aCertificateThatIsRequiredMayNotBeMissing(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt = Attempt.on(LOOPS, specs.server(ClientAuth.REQUIRE))) {
      Attempt.assertTells(attempt.refused(specs.client()), Reason.REFUSED_BY_PEER, "certificate");
      Attempt.assertTells(attempt.serverTold(), Reason.NO_CERTIFICATE, "gave none");
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aCertificateThatIsWantedMayBeMissing(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt = Attempt.on(LOOPS, specs.server(ClientAuth.OPTIONAL))) {
      attempt.talk(specs.client());
      assertEquals(List.of(), seenBy(attempt));
      attempt.talk(specs.client(ME));
      assertEquals(List.of("CN=me"), seenBy(attempt));
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aCertificateThatIsWantedHasToBeTrusted(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt = Attempt.on(LOOPS, specs.server(ClientAuth.OPTIONAL))) {
      attempt.refused(specs.client(Certificates.IMPOSTOR.forNames("me")));
      Attempt.assertTells(
          attempt.serverTold(), Reason.UNTRUSTED_CERTIFICATE, "the client's certificate for CN=me");
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aCertificateIsNotShownToWhoDoesNotAsk(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt = Attempt.on(LOOPS, specs.server(ClientAuth.NONE))) {
      attempt.talk(specs.client(ME));
      assertEquals(List.of(), seenBy(attempt));
    }
  }
}
