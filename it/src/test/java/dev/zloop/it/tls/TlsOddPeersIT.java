package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Peers that do not speak TLS, or stop: each is told as what it is. */
class TlsOddPeersIT {
  private static final String EVERY =
      """
      JDK,TLSv1.2
      JDK,TLSv1.3
      BORINGSSL,TLSv1.2
      BORINGSSL,TLSv1.3
      """;

  /** A record of application data, as its header says, that nobody encrypted. */
  private static final byte[] FORGED = HexFormat.of().parseHex("1703030020" + "00".repeat(32));

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  /** For servers that are none. */
  private ServerSocketChannel listener;

  @BeforeEach
  void listen() throws IOException {
    listener = Peer.listen();
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
  }

  private static Peer peerOf(Attempt attempt) throws IOException {
    return Peer.connect(new InetSocketAddress("127.0.0.1", attempt.port()));
  }

  private Mono<? extends Connection> connecting(Specs specs) {
    return LOOPS.client(listener.socket().getLocalPort()).secure(specs.client()).connect();
  }

  // ---- plaintext

  @ParameterizedTest
  @EnumSource
  void aPlaintextClientIsQuoted(TlsEngine engine) throws IOException {
    try (Attempt attempt = Attempt.on(LOOPS, new Specs(engine, "TLSv1.3").server());
        Peer peer = peerOf(attempt)) {
      peer.send("GET /secret HTTP/1.1\r\nCookie: x\r\n\r\n");
      TlsException told = attempt.serverTold();
      Attempt.assertTells(
          told,
          Reason.NOT_TLS,
          "the client does not speak TLS, it began with \"GET /secret HTTP/1.1\"",
          "https://");
      assertEquals(-1, told.getMessage().indexOf("Cookie"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlaintextClientIsQuotedByAServerOfNamesToo(TlsEngine engine) throws IOException {
    Specs specs = new Specs(engine, "TLSv1.3");
    try (Attempt attempt =
            Attempt.on(
                LOOPS, specs.server().andThen(tls -> tls.serverName("a.test", specs.server())));
        Peer peer = peerOf(attempt)) {
      peer.send("EHLO there\r\n");
      Attempt.assertTells(attempt.serverTold(), Reason.NOT_TLS, "\"EHLO there\"");
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesThatAreNoTextAreToldAsBytes(TlsEngine engine) throws IOException {
    try (Attempt attempt = Attempt.on(LOOPS, new Specs(engine, "TLSv1.3").server());
        Peer peer = peerOf(attempt)) {
      peer.send(HexFormat.of().parseHex("00010203040506070809"));
      Attempt.assertTells(
          attempt.serverTold(), Reason.NOT_TLS, "the bytes 00 01 02 03 04 05 06 07 08 09:");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlaintextServerIsQuoted(TlsEngine engine) throws IOException {
    var connecting = connecting(new Specs(engine, "TLSv1.3")).toFuture();
    try (Peer peer = Peer.accept(listener)) {
      peer.send("220 mail.test ready\r\n");
      Attempt.assertTells(
          Failures.of(TlsException.class, Mono.fromFuture(connecting)),
          Reason.NOT_TLS,
          "the server does not speak TLS, it began with \"220 mail.test ready\"",
          "without secure(..)");
    }
  }

  // ---- an end too early

  @ParameterizedTest
  @EnumSource
  void aClientThatGoesInTheHandshakeIsToldOf(TlsEngine engine) throws IOException {
    try (Attempt attempt = Attempt.on(LOOPS, new Specs(engine, "TLSv1.3").server())) {
      peerOf(attempt).close();
      Attempt.assertTells(
          attempt.serverTold(), Reason.CLOSED_IN_HANDSHAKE, "the client closed the connection");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatGoesInTheHandshakeIsToldOf(TlsEngine engine) throws IOException {
    var connecting = connecting(new Specs(engine, "TLSv1.3")).toFuture();
    try (Peer peer = Peer.accept(listener)) {
      peer.shutdownOutput();
      Attempt.assertTells(
          Failures.of(TlsException.class, Mono.fromFuture(connecting)),
          Reason.CLOSED_IN_HANDSHAKE,
          "the server closed the connection");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResetInTheHandshakeIsToldWithItsCause(TlsEngine engine) throws IOException {
    var connecting = connecting(new Specs(engine, "TLSv1.3")).toFuture();
    Peer.accept(listener).reset();
    TlsException failure = Failures.of(TlsException.class, Mono.fromFuture(connecting));
    Attempt.assertTells(failure, Reason.CLOSED_IN_HANDSHAKE, "ECONNRESET");
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aStreamOfAClientThatIsCutIsTruncated(TlsEngine engine, String version) throws Exception {
    try (Attempt attempt = Attempt.on(LOOPS, new Specs(engine, version).server());
        JdkTlsPeer peer = JdkTlsPeer.client(new Socket("127.0.0.1", attempt.port()))) {
      assertEquals("before", said(peer.shakeHands(version), "before"));
      peer.cut();
      Attempt.assertTells(
          attempt.serverTold(), Reason.TRUNCATED, "the client", "without close_notify");
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aStreamOfAClientThatClosesIsWhole(TlsEngine engine, String version) throws Exception {
    try (Attempt attempt = Attempt.on(LOOPS, new Specs(engine, version).server());
        JdkTlsPeer peer = JdkTlsPeer.client(new Socket("127.0.0.1", attempt.port()))) {
      assertEquals("before", said(peer.shakeHands(version), "before"));
      peer.tls().close();
      Await.completion(attempt.lastServed().onDispose());
      attempt.assertServerHeardNothing();
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aStreamOfAServerThatIsCutIsTruncated(TlsEngine engine, String version) throws Exception {
    var connecting = connecting(new Specs(engine, version)).toFuture();
    try (JdkTlsPeer peer = JdkTlsPeer.server(listener.accept().socket())) {
      var shaking = Background.run(() -> peer.shakeHands(version));
      Connection client = Await.completion(connecting);
      Await.completion(shaking);
      peer.send("before");
      peer.cut();
      var received = client.inbound().receive().asString();
      Attempt.assertTells(
          Failures.of(TlsException.class, received.collectList()),
          Reason.TRUNCATED,
          "the server",
          "without close_notify");
      client.disposeNow();
    }
  }

  private static String said(JdkTlsPeer peer, String text) throws IOException {
    peer.send(text);
    return peer.receive(text.length());
  }

  // ---- what does not belong there

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void plaintextAfterTheHandshakeIsQuoted(TlsEngine engine, String version) throws Exception {
    try (Attempt attempt = Attempt.on(LOOPS, new Specs(engine, version).server());
        JdkTlsPeer peer = JdkTlsPeer.client(new Socket("127.0.0.1", attempt.port()))) {
      said(peer.shakeHands(version), "before");
      peer.breakIn("psst, no TLS\r\n".getBytes(StandardCharsets.UTF_8));
      String[] parts =
          engine == TlsEngine.JDK
              ? new String[] {"after the handshake", "sent what is not TLS, \"psst, no TLS\""}
              : new String[] {"breaks the rules of TLS", "WRONG_VERSION_NUMBER"};
      Attempt.assertTells(attempt.serverTold(), Reason.BROKEN_PROTOCOL, parts);
    }
  }

  /** BoringSSL's engine, as Netty has it, tells of it only when something is sent. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aForgedRecordBreaksTheProtocol(String version) throws Exception {
    try (Attempt attempt = Attempt.on(LOOPS, new Specs(TlsEngine.JDK, version).server());
        JdkTlsPeer peer = JdkTlsPeer.client(new Socket("127.0.0.1", attempt.port()))) {
      said(peer.shakeHands(version), "before");
      peer.breakIn(FORGED);
      Attempt.assertTells(
          attempt.serverTold(), Reason.BROKEN_PROTOCOL, "changed on its way", "the engine says");
    }
  }

  // ---- this side's own fault

  @ParameterizedTest
  @EnumSource
  void aContextThatCannotBeHadIsThisSides(TlsEngine engine) {
    try (Attempt attempt =
        Attempt.on(
            LOOPS,
            tls ->
                tls.sslContext(() -> {
                  throw new IllegalStateException("the vault is closed");
                }))) {
      attempt.refused(new Specs(engine, "TLSv1.3").client());
      Attempt.assertTells(
          attempt.serverTold(),
          Reason.NOT_USABLE,
          "no SslContext can be used",
          "the vault is closed");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMappingThatFailsIsThisSides(TlsEngine engine) {
    try (Attempt attempt =
        Attempt.on(
            LOOPS,
            tls ->
                tls.serverNames((name, promise) ->
                    promise.setFailure(new IOException("no row for " + name))))) {
      attempt.refused(
          new Specs(engine, "TLSv1.3").client().andThen(tls -> tls.serverName("a.test")));
      Attempt.assertTells(
          attempt.serverTold(),
          Reason.NOT_USABLE,
          "no SslContext can be used for a.test",
          "no row for a.test");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aContextOfTheOtherRoleIsThisSides(TlsEngine engine) {
    var context = TlsEngine.build(engine.client());
    try (Attempt attempt = Attempt.on(LOOPS, tls -> tls.sslContext(() -> context))) {
      attempt.refused(new Specs(engine, "TLSv1.3").client());
      Attempt.assertTells(attempt.serverTold(), Reason.NOT_USABLE, "the context is a client's");
    }
  }
}
