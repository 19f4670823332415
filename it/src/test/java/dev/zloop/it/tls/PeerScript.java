package dev.zloop.it.tls;

import static dev.zloop.it.tls.Outcome.Aspect.PEER_AGREED;
import static dev.zloop.it.tls.Outcome.Aspect.PEER_ALERT;
import static dev.zloop.it.tls.Outcome.Aspect.PEER_RECEIVED;

import dev.zloop.it.support.Await;
import dev.zloop.it.tls.Conversation.Interlude;
import dev.zloop.it.tls.Conversation.Opening;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** The peer's part in a conversation, on a socket that is connected. */
final class PeerScript {
  private static final byte[] FATAL_HANDSHAKE_FAILURE = {21, 3, 3, 0, 2, 2, 40};

  /** By which sessions are told apart, of which each context here has one. */
  private static final int ANY_PORT = 1;

  private final Application application;
  private final Conversation conversation;
  private final Outcome outcome;
  private long received;

  PeerScript(Application application) {
    this.application = application;
    this.conversation = application.conversation;
    this.outcome = application.outcome;
  }

  void run(Socket socket) throws IOException, GeneralSecurityException {
    try (TlsPeer peer = new TlsPeer(socket, engine())) {
      if (conversation.opening == Opening.HANDSHAKE) {
        talk(peer);
      } else {
        misbehave(peer);
        if (!socket.isClosed()) {
          peer.noteEnd(outcome);
        }
      }
    }
  }

  private SSLEngine engine() throws GeneralSecurityException {
    SSLEngine engine =
        Keys.peerContext(conversation).createSSLEngine(conversation.serverName, ANY_PORT);
    engine.setUseClientMode(conversation.serves);
    engine.setEnabledProtocols(new String[] {conversation.peerVersion});
    engine.setNeedClientAuth(conversation.clientAuth == ClientAuth.REQUIRE);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setApplicationProtocols(conversation.peerProtocols.toArray(String[]::new));
    if (conversation.serves) {
      parameters.setServerNames(List.of(new SNIHostName(conversation.serverName)));
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    engine.setSSLParameters(parameters);
    return engine;
  }

  // ---- otherwise than it should

  private void misbehave(TlsPeer peer) throws IOException {
    switch (conversation.opening) {
      case HANDSHAKE -> throw new AssertionError();
      case PLAINTEXT ->
          peer.sendRaw("EHLO localhost, and so on\r\n".getBytes(StandardCharsets.US_ASCII));
      case GARBAGE -> {
        byte[] garbage = new byte[300];
        new Random(1).nextBytes(garbage);
        garbage[0] = 99; // no type of record
        peer.sendRaw(garbage);
      }
      case FATAL_ALERT -> {
        if (!conversation.serves) {
          peer.receiveSomethingRaw();
        }
        peer.sendRaw(FATAL_HANDSHAKE_FAILURE);
      }
      case END -> peer.endOutput();
      case RESET -> peer.reset();
      case HALF_A_MESSAGE_AND_END -> {
        byte[] message = peer.firstMessage();
        peer.sendRaw(Arrays.copyOf(message, message.length / 2));
        peer.endOutput();
      }
      case MESSAGE_AND_END -> {
        peer.sendRaw(peer.firstMessage());
        peer.endOutput();
      }
      case MESSAGE_AND_RESET -> {
        peer.sendRaw(peer.firstMessage());
        peer.receiveSomethingRaw();
        peer.reset();
      }
    }
  }

  // ---- as it should

  private void talk(TlsPeer peer) throws IOException {
    try {
      peer.handshake();
      outcome.saw(PEER_AGREED, agreed(peer.engine));
      exchange(peer);
      application.peerIsDone();
      end(peer);
      receiveToEnd(peer);
    } catch (SSLException e) {
      noteAlert(e);
      noteEndAfterFailure(peer);
    } catch (IOException e) {
      TlsPeer.noteFailure(outcome, e);
    }
    outcome.saw(PEER_RECEIVED, Outcome.amount(received, conversation.sends));
  }

  private void noteAlert(SSLException e) {
    String message = e.getMessage();
    int alert = message.indexOf("fatal alert: ");
    if (alert >= 0) {
      outcome.saw(PEER_ALERT, message.substring(alert));
    } else {
      outcome.saw(PEER_AGREED, e.getClass().getSimpleName());
    }
  }

  /** Nothing is to be expected any more of who has sent a fatal alert. */
  private void noteEndAfterFailure(TlsPeer peer) {
    try {
      peer.endOutput();
      peer.noteEnd(outcome);
    } catch (IOException e) {
      TlsPeer.noteFailure(outcome, e);
    }
  }

  private String agreed(SSLEngine engine) {
    SSLSession session = engine.getSession();
    String protocol = engine.getApplicationProtocol();
    return String.join(
        " ",
        session.getProtocol(),
        session.getCipherSuite(),
        protocol.isEmpty() ? "-" : protocol,
        certificate(session),
        ((ExtendedSSLSession) session).getRequestedServerNames().toString());
  }

  private static String certificate(SSLSession session) {
    try {
      return session.getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException gaveNone) {
      return "-";
    }
  }

  private void exchange(TlsPeer peer) throws IOException {
    int half = conversation.peerSends / 2;
    send(peer, 0, half);
    if (conversation.interlude == Interlude.NEW_KEYS) {
      peer.newKeys();
    }
    send(peer, half, conversation.peerSends);
    while (!conversation.answersAfterTheEnd && received < conversation.sends) {
      if (!receive(peer)) {
        return;
      }
    }
  }

  private void send(TlsPeer peer, int from, int to) throws IOException {
    for (int at = from; at < to; ) {
      int next = Math.min(conversation.bufferBytes, to - at);
      peer.send(ByteBuffer.wrap(application.expected().bytes(at, next)));
      at += next;
    }
  }

  /** Whether there was something: else close_notify. */
  private boolean receive(TlsPeer peer) throws IOException {
    ByteBuffer bytes = peer.receive();
    if (!bytes.hasRemaining()) {
      outcome.saw(PEER_ALERT, "close_notify");
      return false;
    }
    application.sent().check(bytes, received);
    received += bytes.remaining();
    return true;
  }

  private void end(TlsPeer peer) throws IOException {
    switch (conversation.ending) {
      case HANDLER_COMPLETES, HANDLER_COMPLETES_UNREAD, HANDLER_FAILS -> {}
      case PEER_CLOSES -> {
        peer.closeNotify();
        peer.endOutput();
      }
      case PEER_NOTIFIES -> peer.closeNotify();
      case PEER_TRUNCATES -> peer.endOutput();
      case PEER_RESETS -> {
        Await.until("the application has all", application::hasReceivedAll);
        peer.reset();
      }
      case PEER_FORGES_A_RECORD -> {
        byte[] record = new byte[5 + 64];
        record[0] = 23;
        record[1] = 3;
        record[2] = 3;
        record[4] = 64;
        peer.sendRaw(record);
      }
      case PEER_GOES_ON_IN_PLAINTEXT ->
          peer.sendRaw("and so on, in plaintext\r\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void receiveToEnd(TlsPeer peer) throws IOException {
    if (conversation.ending == Conversation.Ending.PEER_RESETS) {
      return;
    }
    while (receive(peer)) {}
    peer.noteEnd(outcome);
  }
}
