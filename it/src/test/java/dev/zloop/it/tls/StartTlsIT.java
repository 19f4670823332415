package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import dev.zloop.reactor.tls.TlsSession;
import java.io.IOException;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Connections that begin in plaintext and go on in TLS, as with STARTTLS (RFC 3207). */
class StartTlsIT {
  private static final String EVERY =
      """
      JDK,TLSv1.2
      JDK,TLSv1.3
      BORINGSSL,TLSv1.2
      BORINGSSL,TLSv1.3
      """;

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  /** Takes what comes, as much at once as it is told to. */
  private static final class Words extends BaseSubscriber<String> {
    final StringBuffer text = new StringBuffer();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {}

    @Override
    protected void hookOnNext(String word) {
      text.append(word);
    }

    @Override
    protected void hookOnError(Throwable error) {} // how it ends is told elsewhere
  }

  private static void send(Connection connection, String text) {
    Await.completion(connection.outbound().sendString(Mono.just(text)).then());
  }

  // ---- as a server

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aServerGoesOnInTls(TlsEngine engine, String version) throws Exception {
    Sinks.One<Connection> accepted = Sinks.one();
    DisposableServer server = LOOPS.server().doOnConnection(accepted::tryEmitValue).bindNow();
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      Connection connection = Await.completion(accepted.asMono());
      Words words = new Words();
      connection.inbound().receive().asString().subscribe(words);
      words.request(1);
      socket.getOutputStream().write("STARTTLS".getBytes());
      Await.until("the word", () -> words.text.toString().equals("STARTTLS"));
      send(connection, "GO");
      assertEquals("GO", new String(socket.getInputStream().readNBytes(2)));

      var secured = connection.startTlsAsServer(new Specs(engine, version).server()).toFuture();
      JdkTlsPeer peer = JdkTlsPeer.client(socket).shakeHands(version);
      TlsSession session = Await.completion(secured);
      assertEquals(version, session.protocol());
      assertEquals(session, connection.tlsSession().orElseThrow());

      peer.send("secret");
      Turns.many(LOOPS.group());
      assertEquals("STARTTLS", words.text.toString(), "nothing was asked for");
      words.request(1);
      Await.until("the secret", () -> words.text.toString().equals("STARTTLSsecret"));
      send(connection, "yours");
      assertEquals("yours", peer.receive(5));
      connection.abort();
      Await.completion(connection.onDispose());
    } finally {
      server.disposeNow();
    }
  }

  // ---- as a client

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aClientGoesOnInTls(TlsEngine engine, String version) throws Exception {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = plain(listener);
      try (Socket socket = listener.accept().socket()) {
        send(client, "STARTTLS");
        assertEquals("STARTTLS", new String(socket.getInputStream().readNBytes(8)));
        Words words = new Words();
        client.inbound().receive().asString().subscribe(words);
        words.request(Long.MAX_VALUE);

        JdkTlsPeer peer = JdkTlsPeer.server(socket);
        var shaking = Background.run(() -> peer.shakeHands(version));
        Specs specs = new Specs(engine, version);
        Await.completion(
            client.startTlsAsClient(specs.client().andThen(tls -> tls.serverName("localhost"))));
        Await.completion(shaking);
        send(client, "mine");
        assertEquals("mine", peer.receive(4));
        peer.send("yours");
        Await.until("an answer", () -> words.text.toString().equals("yours"));
        client.abort();
        Await.completion(client.onDispose());
      }
    }
  }

  private static Connection plain(ServerSocketChannel listener) {
    return LOOPS.client(listener.socket().getLocalPort()).connectNow();
  }

  @ParameterizedTest
  @EnumSource
  void bytesOnTheWireAreEncryptedAfterTheSwitch(TlsEngine engine) throws Exception {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = plain(listener);
      try (Peer peer = Peer.accept(listener)) {
        send(client, "STARTTLS");
        assertEquals("STARTTLS", peer.receiveText(8));
        var starting = client.startTlsAsClient(new Specs(engine, "TLSv1.3").client()).toFuture();
        byte[] header = new byte[3];
        peer.channel().socket().getInputStream().readNBytes(header, 0, 3);
        assertEquals(0x16, header[0], "a handshake record");
        assertEquals(3, header[1]);
        client.abort();
        Attempt.assertTells(
            Failures.of(TlsException.class, Mono.fromFuture(starting)), Reason.CLOSED_IN_HANDSHAKE);
      }
    }
  }

  // ---- what is refused

  @ParameterizedTest
  @EnumSource
  void itIsRefusedWhileSomethingIsBeingSentAndASecondTime(TlsEngine engine) throws Exception {
    Specs specs = new Specs(engine, "TLSv1.3");
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = plain(listener);
      try (Socket socket = listener.accept().socket()) {
        Sinks.Many<String> unfinished = Sinks.many().unicast().onBackpressureBuffer();
        var sent = client.outbound().sendString(unfinished.asFlux()).then().toFuture();
        Failures.assertMentions(
            Failures.of(IllegalStateException.class, client.startTlsAsClient(specs.client())),
            "something is being sent on",
            "once that is complete");
        assertFalse(client.isDisposed());
        unfinished.tryEmitComplete();
        Await.completion(sent);

        JdkTlsPeer peer = JdkTlsPeer.server(socket);
        var shaking = Background.run(() -> peer.shakeHands("TLSv1.3"));
        Await.completion(client.startTlsAsClient(specs.client()));
        Await.completion(shaking);
        Failures.assertMentions(
            Failures.of(IllegalStateException.class, client.startTlsAsClient(specs.client())),
            "speaks TLS already");
        client.abort();
        Await.completion(client.onDispose());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = EVERY)
  void aHandshakeThatFailsEndsTheConnection(TlsEngine engine, String version) throws Exception {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = plain(listener);
      try (Peer peer = Peer.accept(listener)) {
        var starting = client.startTlsAsClient(new Specs(engine, version).client()).toFuture();
        peer.send("454 not now\r\n");
        Attempt.assertTells(
            Failures.of(TlsException.class, Mono.fromFuture(starting)),
            Reason.NOT_TLS,
            "\"454 not now\"");
        peer.shutdownOutput();
        Await.completion(client.onDispose());
        assertTrue(client.tlsSession().isEmpty());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatHasEndedCannotBegin(TlsEngine engine) throws Exception {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = plain(listener);
      listener.accept().close();
      client.abort();
      Await.completion(client.onDispose());
      Failures.assertMentions(
          Failures.of(
              IOException.class, client.startTlsAsClient(new Specs(engine, "TLSv1.3").client())),
          "has ended");
    }
  }
}
