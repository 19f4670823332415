package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Program;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsServerSpec;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.ClientAuth;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** curl asks our server, which gives everybody the same answer. */
class CurlIT {
  private static final int LENGTH = 3 << 20;

  private static final String HEAD =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + LENGTH + "\r\n\r\n";

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @ParameterizedTest
  @CsvSource({
    "JDK,--tls-max 1.2",
    "JDK,--tlsv1.3",
    "BORINGSSL,--tls-max 1.2",
    "BORINGSSL,--tlsv1.3"
  })
  void theAnswerArrivesAsItWasSent(TlsEngine engine, String version) {
    try (WatchedServer server = answering(engine, tls -> {});
        Program curl = curl(server, version.split(" "))) {
      TlsSession session = server.awaitSession();
      assertArrayEquals(Pattern.DEFAULT.bytes(0, LENGTH), curl.outputBytes());
      assertEquals(0, curl.exitStatus());
      curl.assertSaid("SSL certificate verify ok", "SSL connection using " + session.protocol());
      assertEquals(version.equals("--tlsv1.3") ? "TLSv1.3" : "TLSv1.2", session.protocol());
    }
  }

  @ParameterizedTest
  @EnumSource
  void theApplicationProtocolIsAgreedOn(TlsEngine engine) {
    try (WatchedServer server = answering(engine, tls -> tls.applicationProtocols("http/1.1"));
        Program curl = curl(server, "--http2")) { // which offers both
      assertEquals(Optional.of("http/1.1"), server.awaitSession().applicationProtocol());
      curl.assertSaid("ALPN: server accepted http/1.1");
      assertEquals(0, curl.exitStatus());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientsCertificateIsSeen(TlsEngine engine) {
    X509Bundle own = Certificates.TRUSTED.forNames("client.example");
    try (WatchedServer server =
            answering(
                engine,
                tls ->
                    tls.clientAuth(ClientAuth.REQUIRE)
                        .trust(Certificates.TRUSTED.authorityFile()));
        Program with =
            curl(
                server,
                "--cert",
                Certificates.chainFile(own).toString(),
                "--key",
                Certificates.keyFile(own).toString())) {
      assertEquals(0, with.exitStatus(), with::said);
      assertEquals(own.getCertificate(), server.awaitSession().peerCertificates().getFirst());
      try (Program without = curl(server)) {
        server.awaitFailure(Reason.NO_CERTIFICATE);
        assertNotEquals(0, without.exitStatus());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void itRefusesAServerOfAnotherName(TlsEngine engine) {
    try (WatchedServer server = answering(engine, tls -> {});
        Program curl =
            Program.start(
                "curl",
                "-sv",
                "--cacert",
                Certificates.TRUSTED.authorityFile().toString(),
                "--resolve",
                "other.example:" + server.port() + ":127.0.0.1",
                "https://other.example:" + server.port())) {
      assertEquals(60, curl.exitStatus(), curl::said);
      curl.assertSaid("no alternative certificate subject name matches");
    }
  }

  @ParameterizedTest
  @EnumSource
  void itRefusesAServerOfAnUnknownAuthority(TlsEngine engine) {
    try (WatchedServer server = answering(engine, tls -> {});
        Program curl = Program.start("curl", "-sv", "https://localhost:" + server.port())) {
      server.awaitFailure(Reason.REFUSED_BY_PEER, "unknown_ca");
      assertEquals(60, curl.exitStatus(), curl::said);
    }
  }

  @ParameterizedTest
  @EnumSource
  void plaintextIsToldAsWhatItIs(TlsEngine engine) {
    try (WatchedServer server = answering(engine, tls -> {});
        Program curl = Program.start("curl", "-sv", "http://localhost:" + server.port())) {
      server.awaitFailure(Reason.NOT_TLS, "GET / HTTP/1.1");
      assertNotEquals(0, curl.exitStatus());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMailIsGivenAfterStartTls(TlsEngine engine, @TempDir Path directory) throws Exception {
    Path mail = Files.writeString(directory.resolve("mail"), "a secret\r\n".repeat(100_000));
    try (SmtpServer server = new SmtpServer(LOOPS, engine);
        Program curl =
            Program.start(
                "curl",
                "-sv",
                "--ssl-reqd",
                "--cacert",
                Certificates.TRUSTED.authorityFile().toString(),
                "--mail-from",
                "a@localhost",
                "--mail-rcpt",
                "b@localhost",
                "--upload-file",
                mail.toString(),
                "smtp://localhost:" + server.port())) {
      assertEquals(0, curl.exitStatus(), curl::said);
      assertEquals(100_000, server.secureLines().stream().filter("a secret"::equals).count());
      assertTrue(server.plainLines().contains("STARTTLS"));
      assertEquals(0, server.plainLines().stream().filter("a secret"::equals).count());
    }
  }

  // ---- the two sides

  private static WatchedServer answering(TlsEngine engine, Consumer<TlsServerSpec> more) {
    return WatchedServer.of(
        LOOPS
            .server()
            .secure(tls -> {
              tls.certificate(
                      Certificates.chainFile(WatchedServer.CERTIFICATE),
                      Certificates.keyFile(WatchedServer.CERTIFICATE))
                  .context(context -> context.sslProvider(engine.provider()));
              more.accept(tls);
            }),
        (in, out) ->
            in.map(CurlIT::text)
                .scan(String::concat) // it may come in pieces
                .takeUntil(request -> request.endsWith("\r\n\r\n"))
                .thenMany(out.sendString(Mono.just(HEAD)).send(body())));
  }

  private static String text(ByteBuf buffer) {
    String text = buffer.toString(StandardCharsets.US_ASCII);
    buffer.release();
    return text;
  }

  private static Flux<ByteBuf> body() {
    return Pattern.DEFAULT.buffers(LENGTH, 10_000);
  }

  private static Program curl(WatchedServer server, String... options) {
    List<String> command = new ArrayList<>(List.of("curl", "-sv"));
    command.addAll(List.of("--cacert", Certificates.TRUSTED.authorityFile().toString()));
    command.addAll(List.of(options));
    command.add("https://localhost:" + server.port());
    return Program.start(command);
  }
}
