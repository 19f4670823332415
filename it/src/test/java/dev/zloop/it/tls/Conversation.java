package dev.zloop.it.tls;

import dev.zloop.it.support.TlsEngine;
import io.netty.handler.ssl.ClientAuth;
import java.util.List;

/**
 * What an application and its peer do with each other, as data, so that one application after the
 * other can do it. Filled in when it is made, and then left alone.
 */
final class Conversation {

  /** Which certificate somebody shows. */
  enum Certificate {
    NONE,
    RIGHT,
    WRONG_NAME,
    UNKNOWN_AUTHORITY,
    EXPIRED
  }

  /** How the peer begins. */
  enum Opening {
    HANDSHAKE,
    PLAINTEXT,
    GARBAGE,
    FATAL_ALERT,
    END,
    RESET,
    HALF_A_MESSAGE_AND_END,
    MESSAGE_AND_END,
    MESSAGE_AND_RESET
  }

  /** How it ends, after what the two send first. */
  enum Ending {
    /** The handler completes once it has sent and received all. */
    HANDLER_COMPLETES,

    /** The handler completes once it has sent all, and receives nothing of what there is. */
    HANDLER_COMPLETES_UNREAD,

    /** The handler fails once it has sent and received all. */
    HANDLER_FAILS,

    // In the others the handler completes once it has sent all and received an end.

    /** The peer sends close_notify and ends its socket's output. */
    PEER_CLOSES,

    /** The peer sends close_notify, and leaves its socket as it is. */
    PEER_NOTIFIES,

    /** The peer ends its socket's output without close_notify. */
    PEER_TRUNCATES,

    /** The peer resets the connection, when the application has received all. */
    PEER_RESETS,

    /** The peer sends a record that no key has made. */
    PEER_FORGES_A_RECORD,

    /** The peer goes on in plaintext. */
    PEER_GOES_ON_IN_PLAINTEXT
  }

  /** What the peer does between the two halves of what it sends. */
  enum Interlude {
    NONE,

    /** New keys; up to TLS 1.2 by another handshake. */
    NEW_KEYS
  }

  /** How the application asks for what it receives. */
  enum Demand {
    NONE,
    UNBOUNDED,
    ONE_BY_ONE
  }

  final String name;
  final TlsEngine engine;

  /** Whether the application is the server, and its peer the client. */
  final boolean serves;

  String version;
  String peerVersion;
  List<String> protocols = List.of();
  List<String> peerProtocols = List.of();
  ClientAuth clientAuth = ClientAuth.NONE;
  Certificate serverCertificate = Certificate.RIGHT;
  Certificate clientCertificate = Certificate.NONE;

  /** Whom the client asks for. */
  String serverName = "localhost";

  /** Whether the server knows {@link Keys#NAME} beside what it is. */
  boolean byName;

  Opening opening = Opening.HANDSHAKE;
  Interlude interlude = Interlude.NONE;
  Ending ending = Ending.HANDLER_COMPLETES;
  Demand demand = Demand.UNBOUNDED;
  int sends = 1000;
  int peerSends = 1000;
  int bufferBytes = 1000;

  /** The application sends only when it has received an end. */
  boolean answersAfterTheEnd;

  Conversation(String name, TlsEngine engine, String version, boolean serves) {
    this.name = name;
    this.engine = engine;
    this.version = version;
    this.peerVersion = version;
    this.serves = serves;
  }

  Conversation peerVersion(String only) {
    peerVersion = only;
    return this;
  }

  /** What is offered by ALPN. */
  Conversation protocols(List<String> applications, List<String> peers) {
    protocols = applications;
    peerProtocols = peers;
    return this;
  }

  Conversation clientAuth(ClientAuth auth, Certificate certificate) {
    clientAuth = auth;
    clientCertificate = certificate;
    return this;
  }

  Conversation serverCertificate(Certificate certificate) {
    serverCertificate = certificate;
    return this;
  }

  Conversation byName(String name) {
    byName = true;
    serverName = name;
    return this;
  }

  Conversation opening(Opening how) {
    opening = how;
    return this;
  }

  Conversation interlude(Interlude what) {
    interlude = what;
    return this;
  }

  Conversation ending(Ending how) {
    ending = how;
    return this;
  }

  Conversation demand(Demand how) {
    demand = how;
    return this;
  }

  Conversation bytes(int applications, int peers, int inBuffersOf) {
    sends = applications;
    peerSends = peers;
    bufferBytes = inBuffersOf;
    return this;
  }

  Conversation answersAfterTheEnd() {
    answersAfterTheEnd = true;
    return this;
  }

  boolean isTls13() {
    return version.equals("TLSv1.3");
  }

  @Override
  public String toString() {
    return (serves ? "server, " : "client, ") + engine + ", " + version + ": " + name;
  }
}
