package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Program;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.SocketOption;
import dev.zloop.reactor.tls.ReloadableSslContext;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenSSL's client speaks to our server: both have to see the same. */
class OpensslClientIT {
  private static final Path AUTHORITY = Certificates.TRUSTED.authorityFile();

  private static final int LENGTH = 3 << 20;

  /** More than what lies between two programs can hold. */
  private static final int BULK_LENGTH = 12 << 20;

  private static final java.util.regex.Pattern TWO_KEY_UPDATES =
      java.util.regex.Pattern.compile("(?s)>>>[^\n]*KeyUpdate.*>>>[^\n]*KeyUpdate");

  private static final int CHUNK_BYTES = 10_000;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  // ---- what is agreed on

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void bothSeeTheSameVersionAndCipherSuite(TlsEngine engine, String version) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, version, "-brief")) {
      TlsSession session = server.awaitSession();
      client.awaitSaid("Protocol version: " + session.protocol());
      client.awaitSaid("Verification: OK");
      assertEquals(version.equals("-tls1_2") ? "TLSv1.2" : "TLSv1.3", session.protocol());
      assertTrue(client.said().contains("Ciphersuite: " + opensslName(session)), client::said);
      assertEchoes(client, "hello");
      endInOrder(server, client);
    }
  }

  /** {@code TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384} as OpenSSL has it, before TLS 1.3. */
  private static String opensslName(TlsSession session) {
    return session.protocol().equals("TLSv1.3")
        ? session.cipherSuite()
        : session
            .cipherSuite()
            .substring("TLS_".length())
            .replace("_WITH", "")
            .replaceAll("AES_(\\d+)", "AES$1")
            .replace('_', '-');
  }

  @ParameterizedTest
  @EnumSource
  void aVersionThatIsNotOfferedIsRefused(TlsEngine engine) {
    try (WatchedServer server =
            WatchedServer.echo(LOOPS, engine, context -> context.protocols("TLSv1.3"));
        Program client = client(server, "-tls1_2")) {
      client.assertSaid("alert protocol version");
      server.awaitFailure(Reason.NOTHING_IN_COMMON);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCipherSuiteThatIsNotOfferedIsRefused(TlsEngine engine) {
    try (WatchedServer server =
            WatchedServer.echo(
                LOOPS,
                engine,
                context ->
                    context
                        .protocols("TLSv1.2")
                        .ciphers(List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")));
        Program client = client(server, "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")) {
      server.awaitFailure(Reason.NOTHING_IN_COMMON);
      if (engine == TlsEngine.JDK) { // from a task of BoringSSL's, Netty loses the alert
        client.assertSaid("alert handshake failure");
      }
      assertNotEquals(0, client.exitStatus());
    }
  }

  @ParameterizedTest
  @EnumSource
  void theServerChoosesItsCertificateByName(TlsEngine engine) {
    SslContext other =
        WatchedServer.context(engine, Certificates.TRUSTED.forNames("other.example"), c -> {});
    SslContext usual = WatchedServer.context(engine, WatchedServer.CERTIFICATE, c -> {});
    try (WatchedServer server =
        WatchedServer.echo(
            LOOPS, tls -> tls.sslContext(usual).serverName("other.example", other))) {
      assertNamed(server, "CN = other.example", "other.example");
      assertNamed(server, "CN = localhost", "third.example");
    }
  }

  private static void assertNamed(WatchedServer server, String subject, String name) {
    try (Program client = client(server, "-servername", name, "-brief")) {
      client.awaitSaid("Peer certificate: " + subject);
      assertEquals(Optional.of(name), server.awaitSession().serverName());
      assertEchoes(client, "hello");
      endInOrder(server, client);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theServersFavouriteApplicationProtocolIsChosen(TlsEngine engine) {
    try (WatchedServer server =
            WatchedServer.echo(
                LOOPS,
                tls ->
                    tls.certificate(
                            Certificates.chainFile(WatchedServer.CERTIFICATE),
                            Certificates.keyFile(WatchedServer.CERTIFICATE))
                        .context(context -> context.sslProvider(engine.provider()))
                        .applicationProtocols("h2", "http/1.1"));
        Program client = client(server, "-alpn", "http/1.1,h2");
        Program stranger = client(server, "-alpn", "smtp")) {
      client.awaitSaid("ALPN protocol: h2");
      stranger.awaitSaid("No ALPN negotiated");
      assertEquals(
          List.of("", "h2"),
          List.of(server.awaitSession(), server.awaitSession()).stream()
              .map(session -> session.applicationProtocol().orElse(""))
              .sorted()
              .toList());
    }
  }

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void aSessionIsResumed(TlsEngine engine, String version, @TempDir Path directory) {
    String file = directory.resolve("session").toString();
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine)) {
      try (Program first = client(server, version, "-sess_out", file)) {
        assertEchoes(first, "hello");
        assertFalse(first.said().contains("Reused"), first::said);
        endInOrder(server, first);
      }
      try (Program second = client(server, version, "-sess_in", file)) {
        second.awaitSaid("Reused, ");
        assertEchoes(second, "hello");
        endInOrder(server, second);
      }
      TlsSession one = server.awaitSession();
      TlsSession other = server.awaitSession();
      assertEquals(one.protocol(), other.protocol());
      assertEquals(one.cipherSuite(), other.cipherSuite());
    }
  }

  // ---- who it is

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void aClientShowsItsCertificate(TlsEngine engine, String version) {
    X509Bundle certificate = Certificates.TRUSTED.forNames("client.example");
    try (WatchedServer server = mutual(engine);
        Program client = client(server, with(certificate, version))) {
      assertEchoes(client, "hello");
      assertEquals(
          certificate.getCertificate(), server.awaitSession().peerCertificates().getFirst());
      endInOrder(server, client);
    }
  }

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void aClientWithoutACertificateIsRefused(TlsEngine engine, String version) {
    try (WatchedServer server = mutual(engine);
        Program client = client(server, version)) {
      server.awaitFailure(Reason.NO_CERTIFICATE);
      client.assertSaid("SSL alert number");
      assertNotEquals(0, client.exitStatus());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientOfAnUnknownAuthorityIsRefused(TlsEngine engine) {
    try (WatchedServer server = mutual(engine);
        Program client = client(server, with(Certificates.UNKNOWN.forNames("client.example")))) {
      server.awaitFailure(Reason.UNTRUSTED_CERTIFICATE);
      client.assertSaid("SSL alert number");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientWhoseTimeIsOverIsRefused(TlsEngine engine) {
    try (WatchedServer server = mutual(engine);
        Program client = client(server, with(Certificates.TRUSTED.expired("client.example")))) {
      server.awaitFailure(Reason.EXPIRED_CERTIFICATE);
      client.assertSaid("SSL alert number");
    }
  }

  private static WatchedServer mutual(TlsEngine engine) {
    return WatchedServer.echo(
        LOOPS,
        engine,
        context ->
            context
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(Certificates.TRUSTED.authority().getCertificate()));
  }

  private static String[] with(X509Bundle certificate, String... more) {
    List<String> options = new ArrayList<>(List.of(more));
    options.addAll(List.of("-cert", Certificates.chainFile(certificate).toString()));
    options.addAll(List.of("-key", Certificates.keyFile(certificate).toString()));
    return options.toArray(String[]::new);
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatExpectsAnotherNameRefuses(TlsEngine engine) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, "-verify_hostname", "other.example")) {
      server.awaitFailure(Reason.REFUSED_BY_PEER);
      client.assertSaid("hostname mismatch");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatDoesNotKnowTheAuthorityRefuses(TlsEngine engine) {
    X509Bundle certificate = Certificates.UNKNOWN.forNames("localhost");
    SslContext context = WatchedServer.context(engine, certificate, c -> {});
    try (WatchedServer server = WatchedServer.echo(LOOPS, tls -> tls.sslContext(context));
        Program client = client(server)) {
      server.awaitFailure(Reason.REFUSED_BY_PEER, "unknown_ca");
      client.assertSaid("unable to get local issuer certificate");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientRefusesACertificateOfYesterday(TlsEngine engine) {
    X509Bundle certificate = Certificates.TRUSTED.expired("localhost");
    SslContext context = WatchedServer.context(engine, certificate, c -> {});
    try (WatchedServer server = WatchedServer.echo(LOOPS, tls -> tls.sslContext(context));
        Program client = client(server)) {
      server.awaitFailure(Reason.REFUSED_BY_PEER, "certificate_expired");
      client.assertSaid("certificate has expired");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReloadedCertificateIsForThoseWhoComeLater(TlsEngine engine) throws IOException {
    List<String> names = new ArrayList<>(List.of("first.example", "second.example"));
    ReloadableSslContext context =
        ReloadableSslContext.of(() ->
            WatchedServer.context(
                engine, Certificates.TRUSTED.forNames(names.removeFirst()), c -> {}));
    try (WatchedServer server = WatchedServer.echo(LOOPS, tls -> tls.sslContext(context));
        Program before = client(server, "-brief")) {
      before.awaitSaid("Peer certificate: CN = first.example");
      context.reload();
      try (Program after = client(server, "-brief")) {
        after.awaitSaid("Peer certificate: CN = second.example");
        assertEchoes(after, "after");
        assertEchoes(before, "before");
        endInOrder(server, after);
        endInOrder(server, before);
      }
    }
  }

  // ---- while it lasts

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void bulkComesBackAsItWasSent(TlsEngine engine, String version) {
    try (WatchedServer server = WatchedServer.takingBack(LOOPS, engine, LENGTH);
        Program client = client(server, version, "-quiet", "-nbio")) {
      var sent = client.sendInBackground(Pattern.DEFAULT, LENGTH);
      byte[] received = client.outputBytes();
      Await.completion(sent);
      assertEquals(LENGTH, received.length);
      Pattern.DEFAULT.check(ByteBuffer.wrap(received), 0);
    }
  }

  /** Whose output nobody reads for a while: what it has not read has to wait on our side. */
  @ParameterizedTest
  @EnumSource
  void aSlowReaderIsWaitedFor(TlsEngine engine) {
    AtomicLong asked = new AtomicLong();
    SslContext context = WatchedServer.context(engine, WatchedServer.CERTIFICATE, c -> {});
    try (WatchedServer server =
            WatchedServer.of(
                LOOPS.server().secure(context),
                (in, out) ->
                    out.send(
                        Pattern.DEFAULT
                            .buffers(BULK_LENGTH, CHUNK_BYTES)
                            .doOnNext(buffer -> asked.addAndGet(buffer.readableBytes()))));
        Program client = clientUnread(server, "-quiet")) {
      server.awaitConnection();
      long stoodAt = Turns.untilSteady(LOOPS.group(), asked::get);
      assertTrue(stoodAt > 0 && stoodAt < BULK_LENGTH, () -> "it stood still at " + stoodAt);
      client.readOutput();
      byte[] received = client.outputBytes();
      assertEquals(BULK_LENGTH, received.length);
      Pattern.DEFAULT.check(ByteBuffer.wrap(received), 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void keysAreUpdatedInBothDirections(TlsEngine engine) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, "-tls1_3", "-msg")) {
      assertEchoes(client, "hello");
      client.send("k\n"); // its own
      client.awaitSaid(">>> TLS 1.3, Handshake [length 0005], KeyUpdate");
      assertEchoes(client, "after one");
      client.send("K\n"); // and ours, which we may change when we send something
      client.awaitSaid(TWO_KEY_UPDATES);
      assertEchoes(client, "after both");
      client.awaitSaid("<<< TLS 1.3, Handshake [length 0005], KeyUpdate");
      assertEchoes(client, "in the end");
      endInOrder(server, client);
    }
  }

  @ParameterizedTest
  @EnumSource
  void renegotiationIsRefused(TlsEngine engine) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, "-tls1_2")) {
      assertEchoes(client, "hello");
      client.send("R\n");
      client.awaitSaid("RENEGOTIATING");
      server.awaitFailure(Reason.BROKEN_PROTOCOL, "renegotiat");
      assertNotEquals(0, client.exitStatus());
    }
  }

  // ---- the end

  @ParameterizedTest
  @EnumSource
  void aServerThatEndsIsHeardOf(TlsEngine engine) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, "-msg")) {
      Connection connection = server.awaitConnection();
      assertEchoes(client, "hello");
      connection.disposeNow();
      client.assertSaid("<<< TLS 1.3, Alert [length 0002], warning close_notify");
      assertEquals(0, client.exitStatus());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatDiesHasNotEndedInOrder(TlsEngine engine) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server)) {
      assertEchoes(client, "hello");
      client.kill();
      server.awaitFailure(Reason.TRUNCATED, "close_notify");
    }
  }

  /** It speaks no TLS before a server has greeted it, which ours does not do. */
  @ParameterizedTest
  @EnumSource
  void aClientThatDiesBeforeItsFirstMessageHasClosedInTheHandshake(TlsEngine engine) {
    SslContext context = WatchedServer.context(engine, WatchedServer.CERTIFICATE, c -> {});
    CompletableFuture<SslHandler> accepted = new CompletableFuture<>();
    try (WatchedServer server =
            WatchedServer.echo(LOOPS, tls -> tls.sslContext(context).handler(accepted::complete));
        Program client = client(server, "-starttls", "smtp")) {
      Await.completion(accepted);
      client.kill();
      server.awaitFailure(Reason.CLOSED_IN_HANDSHAKE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHandshakeHasItsTime(TlsEngine engine) {
    SslContext context = WatchedServer.context(engine, WatchedServer.CERTIFICATE, c -> {});
    try (WatchedServer server =
            WatchedServer.echo(
                LOOPS, tls -> tls.sslContext(context).handshakeTimeout(Duration.ofMillis(100)));
        Program client = client(server, "-starttls", "smtp")) {
      server.awaitFailure(Reason.TIMED_OUT);
      assertNotEquals(0, client.exitStatus());
    }
  }

  /** The connection's own limit is far beyond the test's. */
  @ParameterizedTest
  @EnumSource
  void aCloseNotifyHasItsTime(TlsEngine engine) {
    SslContext context = WatchedServer.context(engine, WatchedServer.CERTIFICATE, c -> {});
    try (WatchedServer server =
            WatchedServer.of(
                LOOPS
                    .server()
                    .childOption(SocketOption.CLOSE_TIMEOUT, Duration.ofHours(1))
                    .secure(
                        tls -> tls.sslContext(context).closeNotifyTimeout(Duration.ofMillis(100))),
                (in, out) -> out.send(in));
        Program client = client(server)) {
      Connection connection = server.awaitConnection();
      assertEchoes(client, "hello");
      client.signal("STOP");
      connection.dispose();
      Await.completion(connection.onDispose());
      assertTrue(client.isAlive());
    }
  }

  // ---- the program

  private static Program client(WatchedServer server, String... options) {
    return Program.start(command(server, options));
  }

  private static Program clientUnread(WatchedServer server, String... options) {
    return Program.startUnread(command(server, options));
  }

  private static List<String> command(WatchedServer server, String... options) {
    List<String> command = new ArrayList<>(List.of("openssl", "s_client"));
    command.addAll(List.of("-connect", server.hostAndPort()));
    command.addAll(List.of("-CAfile", AUTHORITY.toString(), "-verify_return_error"));
    command.addAll(List.of(options));
    return command;
  }

  private static void assertEchoes(Program client, String line) {
    client.send("<" + line + ">\n");
    client.awaitSaid("<" + line + ">\n");
  }

  /** It sends a close_notify, and waits for ours. */
  private static void endInOrder(WatchedServer server, Program client) {
    client.send("Q\n");
    server.awaitInputEnd();
    client.assertSaid("DONE");
    assertEquals(0, client.exitStatus());
  }
}
