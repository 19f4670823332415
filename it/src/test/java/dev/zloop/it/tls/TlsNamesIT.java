package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Background;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tls.TlsClientSpec;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsServerSpec;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.ReferenceCounted;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Names of servers, asked for (SNI) and verified; and of protocols (ALPN). */
class TlsNamesIT {
  private static final String EVERY =
      """
      JDK,TLSv1.2
      JDK,TLSv1.3
      BORINGSSL,TLSv1.2
      BORINGSSL,TLSv1.3
      """;

  private static final X509Bundle OTHER = Certificates.TRUSTED.forNames("other.test");
  private static final X509Bundle EXACT = Certificates.TRUSTED.forNames("a.test");
  private static final X509Bundle WILD = Certificates.TRUSTED.forNames("x.wild.test");

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private static Consumer<TlsClientSpec> asking(Specs specs, String name) {
    return specs.client().andThen(tls -> tls.serverName(name));
  }

  private static String shownBy(TlsSession session) {
    return session.peerCertificates().getFirst().getSubjectX500Principal().getName();
  }

  // ---- SNI

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void theNameThatIsAskedForChoosesTheCertificate(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    Consumer<TlsServerSpec> named =
        specs
            .server(OTHER)
            .andThen(tls ->
                tls.serverName("a.test", specs.server(EXACT))
                    .serverName("*.wild.test", specs.server(WILD)));
    try (Attempt attempt = Attempt.on(LOOPS, named)) {
      assertEquals("CN=a.test", shownBy(attempt.talk(asking(specs, "a.test"))));
      assertEquals("CN=a.test", shownBy(attempt.talk(asking(specs, "A.Test"))));
      assertEquals("CN=x.wild.test", shownBy(attempt.talk(asking(specs, "x.wild.test"))));
      assertEquals("CN=other.test", shownBy(attempt.talk(asking(specs, "other.test"))));
      Consumer<TlsClientSpec> nameless = specs.client().andThen(tls -> tls.verifyHostname(false));
      assertEquals("CN=other.test", shownBy(attempt.talk("127.0.0.1", nameless)));
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void bothSidesKnowTheNameThatWasAskedFor(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt =
        Attempt.on(
            LOOPS,
            specs.server(OTHER).andThen(tls -> tls.serverName("a.test", specs.server(EXACT))))) {
      TlsSession client = attempt.talk(asking(specs, "a.test"));
      assertEquals(Optional.of("a.test"), client.serverName());
      assertEquals(version, client.protocol());
      TlsSession server = attempt.lastServed().tlsSession().orElseThrow();
      assertEquals(Optional.of("a.test"), server.serverName());
      assertEquals(version, server.protocol());
      assertEquals(client.cipherSuite(), server.cipherSuite());
      assertEquals(List.of(), server.peerCertificates());
      assertEquals(Optional.empty(), server.applicationProtocol());
    }
  }

  /** As a database would answer: later, and from a thread of its own. */
  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aMappingMayAnswerLater(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    SslContext context = TlsEngine.build(engine.server(EXACT));
    Queue<String> asked = new ConcurrentLinkedQueue<>();
    Consumer<TlsServerSpec> mapped =
        tls ->
            tls.serverNames((name, promise) -> {
              asked.add(name);
              Background.run(() -> promise.setSuccess(context));
              return promise;
            });
    try (Attempt attempt = Attempt.on(LOOPS, mapped)) {
      assertEquals("CN=a.test", shownBy(attempt.talk(asking(specs, "a.test"))));
      assertEquals(List.of("a.test"), List.copyOf(asked));
    }
  }

  // ---- whom a client believes

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aNameThatIsNotInTheCertificateIsRefusedUnlessToldOtherwise(
      TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt = Attempt.on(LOOPS, specs.server(EXACT))) {
      Attempt.assertTells(attempt.refused(specs.client()), Reason.WRONG_NAME, "not for localhost");
      Attempt.assertTells(
          attempt.refused(asking(specs, "b.test")), Reason.WRONG_NAME, "not for b.test");
      assertEquals(
          "CN=a.test",
          shownBy(attempt.talk(specs.client().andThen(tls -> tls.verifyHostname(false)))));
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void anAddressIsVerifiedAsAnAddress(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt = Attempt.on(LOOPS, specs.server(EXACT))) {
      attempt.talk("127.0.0.1", specs.client());
      Attempt.assertTells(
          attempt.refused("127.0.0.1", asking(specs, "127.0.0.2")),
          Reason.WRONG_NAME,
          "not for 127.0.0.2");
    }
  }

  // ---- ALPN

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void theServersFirstProtocolThatTheClientHasIsChosen(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt =
        Attempt.on(
            LOOPS, specs.server().andThen(tls -> tls.applicationProtocols("x", "h2", "h1")))) {
      TlsSession client =
          attempt.talk(specs.client().andThen(tls -> tls.applicationProtocols("h1", "h2")));
      assertEquals(Optional.of("h2"), client.applicationProtocol());
      assertEquals(
          Optional.of("h2"), attempt.lastServed().tlsSession().orElseThrow().applicationProtocol());
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void withoutAProtocolInCommonNoneIsChosen(TlsEngine engine, String version) {
    Specs specs = new Specs(engine, version);
    try (Attempt attempt =
        Attempt.on(LOOPS, specs.server().andThen(tls -> tls.applicationProtocols("x")))) {
      TlsSession client =
          attempt.talk(specs.client().andThen(tls -> tls.applicationProtocols("y")));
      assertEquals(Optional.empty(), client.applicationProtocol());
    }
  }

  @ParameterizedTest
  @EnumSource
  void customizersSeeEachHandlerOnItsLoop(TlsEngine engine) {
    Specs specs = new Specs(engine, "TLSv1.3");
    Queue<Boolean> inLoop = new ConcurrentLinkedQueue<>();
    try (Attempt attempt =
        Attempt.on(
            LOOPS,
            specs
                .server()
                .andThen(tls -> tls.handler(handler -> inLoop.add(LOOPS.first().inLoop()))))) {
      attempt.talk(specs.client());
      attempt.talk(specs.client());
      assertEquals(List.of(true, true), List.copyOf(inLoop));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCustomizerThatThrowsLeavesNoEngine(TlsEngine engine) {
    Specs specs = new Specs(engine, "TLSv1.3");
    Queue<SSLEngine> engines = new ConcurrentLinkedQueue<>();
    Consumer<SslHandler> broken =
        handler -> {
          engines.add(handler.engine());
          throw new IllegalStateException("a customizer that throws");
        };
    try (Attempt attempt = Attempt.on(LOOPS, specs.server().andThen(tls -> tls.handler(broken)))) {
      attempt.refused(specs.client());
      Attempt.assertTells(attempt.serverTold(), Reason.NOT_USABLE, "a customizer that throws");
    }
    assertEquals(1, engines.size());
    if (engines.element() instanceof ReferenceCounted counted) {
      assertEquals(0, counted.refCnt());
    }
  }
}
