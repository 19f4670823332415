package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Program;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** GnuTLS's client; and once more OpenSSL's, which begins in plaintext if it is told to. */
class GnutlsIT {
  private static final String TLS12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
  private static final String TLS13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @ParameterizedTest
  @CsvSource({"JDK," + TLS12, "JDK," + TLS13, "BORINGSSL," + TLS12, "BORINGSSL," + TLS13})
  void bothSeeTheSame(TlsEngine engine, String priority) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, "--priority", priority)) {
      TlsSession session = server.awaitSession();
      assertEquals(priority.equals(TLS13) ? "TLSv1.3" : "TLSv1.2", session.protocol());
      client.awaitSaid("Description: (" + session.protocol().replace("TLSv", "TLS"));
      client.awaitSaid("Status: The certificate is trusted");
      assertEchoesAndEnds(server, client);
    }
  }

  @ParameterizedTest
  @CsvSource({"JDK," + TLS12, "JDK," + TLS13, "BORINGSSL," + TLS12})
  void aSessionIsResumed(TlsEngine engine, String priority) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, "--resume", "--waitresumption", "--priority", priority)) {
      client.awaitSaid("*** This is a resumed session");
      server.awaitInputEnd(); // of the first
      assertEchoesAndEnds(server, client);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerOfAnotherNameIsRefused(TlsEngine engine) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, "--verify-hostname", "other.example")) {
      client.assertSaid("The name in the certificate does not match the expected");
      assertNotEquals(0, client.exitStatus());
    }
  }

  @ParameterizedTest
  @EnumSource
  void renegotiationIsRefused(TlsEngine engine) {
    try (WatchedServer server = WatchedServer.echo(LOOPS, engine);
        Program client = client(server, "--rehandshake", "--priority", TLS12)) {
      server.awaitFailure(Reason.BROKEN_PROTOCOL, "renegotiat");
      assertNotEquals(0, client.exitStatus());
    }
  }

  // ---- from plaintext to TLS

  @ParameterizedTest
  @EnumSource
  void opensslAsksForTls(TlsEngine engine) {
    try (SmtpServer server = new SmtpServer(LOOPS, engine);
        Program client =
            Program.start(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + server.port(),
                "-starttls",
                "smtp",
                "-crlf",
                "-CAfile",
                Certificates.TRUSTED.authorityFile().toString(),
                "-verify_return_error")) {
      client.awaitSaid("Verify return code: 0 (ok)");
      assertSpeaksSecurely(server, client);
    }
  }

  private static void assertSpeaksSecurely(SmtpServer server, Program client) {
    client.send("HELP in secret\n");
    client.awaitSaid("250 ok");
    client.send("quit\n");
    client.awaitSaid("221 bye");
    client.exitStatus();
    assertTrue(server.secureLines().contains("HELP in secret"));
    assertEquals(
        Optional.of("STARTTLS"),
        server.plainLines().stream().filter(line -> !line.startsWith("EHLO")).findFirst());
  }

  // ---- the program

  private static Program client(WatchedServer server, String... options) {
    return gnutls(server.port(), options);
  }

  private static Program gnutls(int port, String... options) {
    Program.assumeInstalled("gnutls-cli");
    // To a pipe it writes by blocks, unless it is told otherwise.
    List<String> command =
        new ArrayList<>(List.of("stdbuf", "-oL", "gnutls-cli", "--port", "" + port));
    command.add("--x509cafile=" + Certificates.TRUSTED.authorityFile());
    command.addAll(List.of(options));
    command.add("localhost");
    return Program.start(command);
  }

  private static void assertEchoesAndEnds(WatchedServer server, Program client) {
    client.awaitSaid("Simple Client Mode");
    client.send("<hello>\n");
    client.awaitSaid("<hello>");
    client.endInput();
    server.awaitInputEnd();
    assertEquals(0, client.exitStatus());
  }
}
