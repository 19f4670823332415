package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsSession;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A TLS handshake, for JDK Flight Recorder. Told when it is done or has failed. */
@Name("dev.zloop.TlsHandshake")
@Label("TLS Handshake")
@Category("zloop")
@Description("A TLS handshake, from the moment when this side was ready for it to its end")
@StackTrace(false)
final class TlsHandshakeEvent extends Event {
  private static final TlsHandshakeEvent OFF_OR_ON = new TlsHandshakeEvent();

  @Label("Loop")
  String loop;

  @Label("Remote Address")
  String remote;

  @Label("Client")
  @Description("Whether this side is the client")
  boolean client;

  @Label("Server Name")
  @Description("That the client asked for (SNI), as far as this side knows it")
  String serverName;

  @Label("Protocol")
  String protocol;

  @Label("Cipher Suite")
  String cipherSuite;

  @Label("Application Protocol")
  @Description("That was agreed on by ALPN")
  String applicationProtocol;

  @Label("Failure")
  @Description("A TlsException.Reason, or nothing where the handshake succeeded")
  String failure;

  @Label("Message")
  String message;

  /** Begins now; or null, if nobody records. */
  static TlsHandshakeEvent begun() {
    if (!OFF_OR_ON.isEnabled()) {
      return null;
    }
    TlsHandshakeEvent event = new TlsHandshakeEvent();
    event.begin();
    return event;
  }

  void secured(TlsSession session) {
    protocol = session.protocol();
    cipherSuite = session.cipherSuite();
    applicationProtocol = session.applicationProtocol().orElse(null);
    commit();
  }

  void failed(TlsException cause) {
    failure = cause.reason().name();
    message = cause.getMessage();
    commit();
  }
}
