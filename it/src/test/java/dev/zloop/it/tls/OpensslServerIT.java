package dev.zloop.it.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Program;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsSession;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Our client speaks to OpenSSL's server: both have to see the same. */
class OpensslServerIT {
  private static final int LENGTH = 3 << 20;

  private static final java.util.regex.Pattern TWO_KEY_UPDATES =
      java.util.regex.Pattern.compile("(?s)>>>[^\n]*KeyUpdate.*>>>[^\n]*KeyUpdate");

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  // ---- what is agreed on

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void bothSeeTheSameVersionAndName(TlsEngine engine, String version) {
    try (Server server =
        new Server("localhost", version, "-servername", "localhost", "-servername_fatal")) {
      Talk talk = new Talk(server, engine);
      assertEquals(version.equals("-tls1_2") ? "TLSv1.2" : "TLSv1.3", talk.session.protocol());
      assertEquals(Optional.of("localhost"), talk.session.serverName());
      assertEquals(server.certificate.getCertificate(), talk.session.peerCertificates().getFirst());
      talk.assertBothHear(server);
      talk.endInOrder(server);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theServerChoosesTheApplicationProtocol(TlsEngine engine) {
    try (Server server = new Server("localhost", "-alpn", "h2,http/1.1")) {
      Connection connection =
          client(server)
              .secure(tls ->
                  tls.trust(Certificates.TRUSTED.authorityFile())
                      .context(context -> context.sslProvider(engine.provider()))
                      .applicationProtocols("http/1.1", "h2"))
              .connectNow();
      server.program.awaitSaid("ALPN protocols selected: h2");
      assertEquals(Optional.of("h2"), connection.tlsSession().orElseThrow().applicationProtocol());
      connection.disposeNow();
    }
  }

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void aSessionIsResumed(TlsEngine engine, String version) {
    try (Server server = new Server("localhost", version)) {
      SslContext context = context(engine, builder -> {});
      for (int i = 0; i < 2; i++) {
        Talk talk = new Talk(server, context);
        talk.assertBothHear(server); // and so the ticket is here, too
        talk.connection.disposeNow();
      }
      server.program.awaitSaid("Reused session-id");
    }
  }

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void theClientShowsItsCertificate(TlsEngine engine, String version) {
    X509Bundle own = Certificates.TRUSTED.forNames("client.example");
    try (Server server = mutual(version)) {
      SslContext context =
          context(
              engine,
              builder ->
                  builder.keyManager(own.getKeyPair().getPrivate(), own.getCertificatePath()));
      Talk talk = new Talk(server, context);
      server.program.awaitSaid("subject=CN = client.example");
      talk.assertBothHear(server);
      talk.endInOrder(server);
    }
  }

  // ---- who is refused

  @ParameterizedTest
  @EnumSource
  void aServerOfAnotherNameIsRefused(TlsEngine engine) {
    try (Server server = new Server(Certificates.TRUSTED.forNames("other.example"))) {
      assertRefused(server, engine, Reason.WRONG_NAME, "localhost");
      server.program.awaitSaid("SSL alert number");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerOfAnUnknownAuthorityIsRefused(TlsEngine engine) {
    try (Server server = new Server(Certificates.UNKNOWN.forNames("localhost"))) {
      assertRefused(server, engine, Reason.UNTRUSTED_CERTIFICATE);
      server.program.awaitSaid("SSL alert number");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerWhoseTimeIsOverIsRefused(TlsEngine engine) {
    try (Server server = new Server(Certificates.TRUSTED.expired("localhost"))) {
      assertRefused(server, engine, Reason.EXPIRED_CERTIFICATE, "CN=localhost");
      server.program.awaitSaid("SSL alert number");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerOfAnotherVersionIsRefused(TlsEngine engine) {
    try (Server server = new Server("localhost", "-tls1_2")) {
      SslContext context = context(engine, builder -> builder.protocols("TLSv1.3"));
      assertRefused(server, context, Reason.NOTHING_IN_COMMON);
      server.program.awaitSaid("unsupported protocol");
    }
  }

  // ---- who refuses

  @ParameterizedTest
  @EnumSource
  void aServerRefusesWithoutAnApplicationProtocolInCommon(TlsEngine engine) {
    try (Server server = new Server("localhost", "-alpn", "h2")) {
      TlsException failure =
          Failures.of(
              TlsException.class,
              client(server)
                  .secure(tls ->
                      tls.trust(Certificates.TRUSTED.authorityFile())
                          .context(context -> context.sslProvider(engine.provider()))
                          .applicationProtocols("smtp"))
                  .connect());
      assertEquals(Reason.NO_APPLICATION_PROTOCOL, failure.reason());
      server.program.awaitSaid("no application protocol");
    }
  }

  /** Up to TLSv1.2 it does so within the handshake. */
  @ParameterizedTest
  @EnumSource
  void aServerRefusesAClientWithoutACertificate(TlsEngine engine) {
    try (Server server = mutual("-tls1_2")) {
      assertRefused(server, engine, Reason.REFUSED_BY_PEER);
      server.program.awaitSaid("peer did not return a certificate");
    }
  }

  /** In TLSv1.3 a client is done before the server looks at its certificate. */
  @ParameterizedTest
  @EnumSource
  void aServerRefusesAfterTheHandshake(TlsEngine engine) {
    try (Server server = mutual("-tls1_3")) {
      Connection connection = client(server).secure(context(engine, c -> {})).connectNow();
      TlsException failure = Failures.of(TlsException.class, connection.inbound().receive().then());
      assertEquals(Reason.REFUSED_BY_PEER, failure.reason(), failure::toString);
      Failures.assertMentions(failure, "certificate");
      server.program.awaitSaid("peer did not return a certificate");
      Await.completion(connection.onDispose());
    }
  }

  /** It is stopped: the kernel takes the connection, and nobody answers. */
  @ParameterizedTest
  @EnumSource
  void aServerThatDoesNotAnswerIsGivenUp(TlsEngine engine) {
    try (Server server = new Server("localhost")) {
      server.program.signal("STOP");
      TlsException failure =
          Failures.of(
              TlsException.class,
              client(server)
                  .secure(tls ->
                      tls.sslContext(context(engine, c -> {}))
                          .handshakeTimeout(Duration.ofMillis(100)))
                  .connect());
      assertEquals(Reason.TIMED_OUT, failure.reason());
    }
  }

  // ---- while it lasts

  @ParameterizedTest
  @EnumSource
  void keysAreUpdatedInBothDirections(TlsEngine engine) {
    try (Server server = new Server("localhost", "-tls1_3", "-msg")) {
      Talk talk = new Talk(server, engine);
      server.program.send("k\n");
      server.program.awaitSaid(">>> TLS 1.3, Handshake [length 0005], KeyUpdate");
      talk.assertBothHear(server);
      server.program.send("K\n");
      server.program.awaitSaid(TWO_KEY_UPDATES);
      talk.assertBothHear(server);
      server.program.awaitSaid("<<< TLS 1.3, Handshake [length 0005], KeyUpdate");
      talk.assertBothHear(server);
      talk.endInOrder(server);
    }
  }

  @ParameterizedTest
  @EnumSource
  void renegotiationIsRefused(TlsEngine engine) {
    try (Server server = new Server("localhost", "-tls1_2")) {
      Talk talk = new Talk(server, engine);
      talk.assertBothHear(server);
      server.program.send("r\n");
      talk.assertFails(Reason.BROKEN_PROTOCOL, "renegotiat");
    }
  }

  @ParameterizedTest
  @CsvSource({"JDK,-tls1_2", "JDK,-tls1_3", "BORINGSSL,-tls1_2", "BORINGSSL,-tls1_3"})
  void bulkArrivesAsItWasSent(TlsEngine engine, String version) {
    byte[] digits = digits(LENGTH);
    try (Server server = new Server("localhost", version)) {
      Connection connection = client(server).secure(context(engine, c -> {})).connectNow();
      ByteArrayOutputStream received = new ByteArrayOutputStream();
      connection.inbound().receive().asByteArray().limitRate(1).subscribe(received::writeBytes);
      var sent = Background.run(() -> server.program.send(digits));
      Await.completion(connection.outbound().sendByteArray(Flux.just(digits)).then());
      Await.until("all of it here", () -> received.size() == LENGTH);
      Await.until("all of it there", () -> server.program.outputLength() >= LENGTH);
      Await.completion(sent);
      connection.disposeNow();
      server.program.awaitSaid("ACCEPT"); // again
      server.program.kill();
      assertArrayEquals(digits, received.toByteArray());
      byte[] said = server.program.outputBytes();
      assertTrue(new String(said, ISO_8859_1).contains(new String(digits, ISO_8859_1)));
    }
  }

  /** The program takes letters for commands, wherever one of its reads begins. */
  private static byte[] digits(int length) {
    byte[] digits = Pattern.DEFAULT.bytes(0, length);
    for (int i = 0; i < length; i++) {
      digits[i] = (byte) ('0' + (digits[i] & 7));
    }
    return digits;
  }

  // ---- the end

  /** {@code -rev}: it sends lines back from behind, and closes when it is told to. */
  @ParameterizedTest
  @EnumSource
  void aServerThatEndsHasEndedInOrder(TlsEngine engine) {
    try (Server server = new Server("localhost", "-rev")) {
      Talk talk = new Talk(server, engine);
      Await.completion(talk.connection.outbound().sendString(Mono.just("abc\n")).then());
      Await.until("it from behind", () -> talk.heard.toString().equals("cba\n"));
      Await.completion(talk.connection.outbound().sendString(Mono.just("CLOSE\n")).then());
      Await.completion(talk.received);
      Await.completion(talk.connection.onDispose());
    }
  }

  /** {@code Q}: it closes its socket without a close_notify. */
  @ParameterizedTest
  @EnumSource
  void aServerThatSaysNothingHasNotEndedInOrder(TlsEngine engine) {
    try (Server server = new Server("localhost")) {
      Talk talk = new Talk(server, engine);
      talk.assertBothHear(server);
      server.program.send("Q\n");
      talk.assertFails(Reason.TRUNCATED, "close_notify");
      assertEquals(0, server.program.exitStatus());
    }
  }

  @ParameterizedTest
  @EnumSource
  void plaintextAfterTheHandshakeIsNotTaken(TlsEngine engine) {
    try (Server server = new Server("localhost")) {
      Talk talk = new Talk(server, engine);
      talk.assertBothHear(server);
      server.program.send("P\n");
      talk.assertFails(Reason.BROKEN_PROTOCOL);
    }
  }

  // ---- the two sides

  private static SslContext context(TlsEngine engine, Consumer<SslContextBuilder> more) {
    SslContextBuilder builder = engine.client();
    more.accept(builder);
    return TlsEngine.build(builder);
  }

  private static TcpClient client(Server server) {
    return LOOPS.client(server.port).host("localhost");
  }

  private static void assertRefused(
      Server server, TlsEngine engine, Reason reason, String... words) {
    assertRefused(server, context(engine, builder -> {}), reason, words);
  }

  private static void assertRefused(
      Server server, SslContext context, Reason reason, String... words) {
    TlsException failure =
        Failures.of(TlsException.class, client(server).secure(context).connect());
    assertEquals(reason, failure.reason(), failure::toString);
    Failures.assertMentions(failure, words);
  }

  private static Server mutual(String version) {
    return new Server(
        "localhost",
        version,
        "-Verify",
        "1",
        "-verify_return_error",
        "-CAfile",
        Certificates.TRUSTED.authorityFile().toString());
  }

  /** A program on a port of the kernel's choice, and the certificate that it shows. */
  private static final class Server implements AutoCloseable {
    private static final java.util.regex.Pattern ACCEPTING =
        java.util.regex.Pattern.compile("ACCEPT \\S+:(\\d+)");

    final X509Bundle certificate;
    final Program program;
    final int port;

    Server(String name, String... options) {
      this(Certificates.TRUSTED.forNames(name), options);
    }

    Server(X509Bundle certificate, String... options) {
      this.certificate = certificate;
      List<String> command =
          new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0"));
      String chain = Certificates.chainFile(certificate).toString();
      String key = Certificates.keyFile(certificate).toString();
      command.addAll(List.of("-cert", chain, "-key", key, "-cert2", chain, "-key2", key));
      command.addAll(List.of(options));
      program = Program.start(command);
      port = Integer.parseInt(program.awaitSaid(ACCEPTING).group(1));
    }

    @Override
    public void close() {
      program.close();
    }
  }

  /** A connection of ours to it. */
  private static final class Talk {
    final Connection connection;
    final TlsSession session;
    private final StringBuffer heard = new StringBuffer();
    private final CompletableFuture<Void> received = new CompletableFuture<>();
    private int lines;

    Talk(Server server, TlsEngine engine) {
      this(server, context(engine, builder -> {}));
    }

    Talk(Server server, SslContext context) {
      connection = client(server).secure(context).connectNow();
      session = connection.tlsSession().orElseThrow();
      connection
          .inbound()
          .receive()
          .asString()
          .subscribe(heard::append, received::completeExceptionally, () -> received.complete(null));
    }

    void assertBothHear(Server server) {
      String line = "<" + ++lines + ">\n";
      Await.completion(connection.outbound().sendString(Mono.just(line)).then());
      server.program.awaitSaid(line);
      server.program.send(line);
      Await.until(line, () -> heard.toString().endsWith(line));
    }

    void assertFails(Reason reason, String... words) {
      TlsException failure = Failures.of(TlsException.class, Mono.fromFuture(received));
      assertEquals(reason, failure.reason(), failure::toString);
      Failures.assertMentions(failure, words);
      Await.completion(connection.onDispose());
    }

    /** We send a close_notify, which it hears. */
    void endInOrder(Server server) {
      connection.disposeNow();
      server.program.awaitSaid("DONE");
    }
  }
}
