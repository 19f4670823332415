package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.stream.ByteStream;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;

/**
 * What TLS engines throw on one connection, in words that a user can act upon. Types are looked at
 * first; of what engines say by text alone, the JDK's and BoringSSL's words are known.
 */
final class TlsFailures {
  /** As many names of a long list are told. */
  private static final int LISTED_MAX = 6;

  /** As many characters of what an engine says are worth reading, and logging. */
  private static final int SAID_MAX = 300;

  private final ByteStream stream;
  private final Tls tls;

  /** Of a client: whom it wants to talk to, or null. */
  private final String serverName;

  /** Null before there is one. */
  private SSLEngine engine;

  private List<String> applicationProtocols = List.of();

  /** What the peer sent first, or null before it came. */
  private byte[] first;

  TlsFailures(ByteStream stream, Tls tls, String serverName) {
    this.stream = stream;
    this.tls = tls;
    this.serverName = serverName;
  }

  /** Whose offers to tell of. */
  void use(SSLEngine newEngine, List<String> newApplicationProtocols) {
    engine = newEngine;
    applicationProtocols = newApplicationProtocols;
  }

  /** What came first, of which this takes a copy. */
  void peerBeganWith(ByteBuf bytes) {
    first =
        ByteBufUtil.getBytes(
            bytes, bytes.readerIndex(), Math.min(bytes.readableBytes(), NotTlsText.BYTES_WANTED));
  }

  /**
   * What was thrown, as what it means. One that is told already stays as it is.
   *
   * @param secured whether this side's handshake was done before
   */
  TlsException of(Throwable thrown, boolean secured) {
    TlsException told = find(thrown, TlsException.class);
    if (told != null) {
      return told;
    }
    NotSslRecordException notTls = find(thrown, NotSslRecordException.class);
    if (notTls != null) {
      return notTls(notTls, secured);
    }
    if (find(thrown, SslHandshakeTimeoutException.class) != null) {
      return timedOut(thrown);
    }
    if (find(thrown, RejectedExecutionException.class) != null) {
      return failure(
          Reason.NOT_USABLE,
          "a task of the handshake could not be done: "
              + find(thrown, RejectedExecutionException.class).getMessage(),
          thrown);
    }
    NoClassDefFoundError missing = find(thrown, NoClassDefFoundError.class);
    if (missing != null && nameOf(missing).startsWith("io.netty.")) {
      return missingLibrary(missing, thrown);
    }
    TlsCertificateFailure certificate = TlsCertificateFailure.in(thrown);
    if (certificate != null) {
      return failure(
          certificate.reason(),
          certificate.describe(theOther(), serverName) + engineSays(thrown),
          thrown);
    }
    return bySaying(thrown, secured);
  }

  /** Maven brings what Netty's TLS takes, unless somebody excludes it as of no use. */
  private TlsException missingLibrary(NoClassDefFoundError missing, Throwable thrown) {
    String name = nameOf(missing);
    String library =
        name.startsWith("io.netty.channel.unix.")
            ? "io.netty:netty-transport-native-unix-common, which Netty's TLS takes whichever the"
                + " transport"
            : "the library that has it";
    return failure(
        Reason.MISSING_LIBRARY,
        "the class " + name + " is missing: add " + library + ", in Netty's version",
        thrown);
  }

  /** Of the class, unless it is there and could not be initialized. */
  private static String nameOf(NoClassDefFoundError missing) {
    return String.valueOf(missing.getMessage()).replace('/', '.');
  }

  private TlsException bySaying(Throwable thrown, boolean secured) {
    String said = saidBy(thrown);
    TlsAlert alert = TlsAlert.receivedIn(said);
    if (alert != null) {
      return refused(alert, thrown, secured);
    }
    if (mentions(said, "Empty client certificate chain", "PEER_DID_NOT_RETURN_A_CERTIFICATE")) {
      return failure(
          Reason.NO_CERTIFICATE,
          theOther()
              + " was asked for a certificate and gave none: it needs one, from an authority that"
              + " this side trusts"
              + engineSays(thrown),
          thrown);
    }
    if (mentions(said, "(no_application_protocol)", "NO_APPLICATION_PROTOCOL")) {
      return noApplicationProtocol(thrown);
    }
    if (mentions(said, "(protocol_version)", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW")) {
      return failure(
          Reason.NOTHING_IN_COMMON,
          "the two sides have no version in common, this one offers "
              + versions()
              + ": set protocols(..) on one of them"
              + engineSays(thrown),
          thrown);
    }
    if (mentions(said, "in common", "NO_SHARED_", "NO_COMMON_", "No available authentication")) {
      return failure(
          Reason.NOTHING_IN_COMMON,
          "the two sides have no cipher suite, or no kind of key, in common; this one offers "
              + cipherSuites()
              + " with "
              + versions()
              + engineSays(thrown),
          thrown);
    }
    if (mentions(said, "NO_RENEGOTIATION", "renegotiation not allowed")) {
      return renegotiation(thrown);
    }
    if (mentions(said, "close_notify during handshake")) {
      return refused(TlsAlert.CLOSE_NOTIFY, thrown, secured);
    }
    Throwable ours = oursIn(thrown);
    if (ours != null || mentions(said, "No appropriate protocol", "NO_CERTIFICATE_SET")) {
      return failure(
          Reason.NOT_USABLE,
          "this side cannot speak TLS as it was set up: "
              + (ours == null ? said : oneLine(ours.toString())),
          thrown);
    }
    return failure(
        Reason.BROKEN_PROTOCOL,
        "what "
            + theOther()
            + " sent breaks the rules of TLS, or was changed on its way"
            + engineSays(thrown),
        thrown);
  }

  /** What came from what was set up here, such as a trust manager, not from an engine; or null. */
  private static Throwable oursIn(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      boolean isEngines = cause instanceof DecoderException || !isUnchecked(cause);
      if (!isEngines) {
        return cause;
      }
    }
    return null;
  }

  private static boolean isUnchecked(Throwable thrown) {
    return thrown instanceof RuntimeException || thrown instanceof Error;
  }

  /** The peer wants to shake hands a second time, on one connection. */
  TlsException renegotiation(Throwable thrown) {
    return failure(
        Reason.BROKEN_PROTOCOL,
        theOther()
            + " began a renegotiation, which is refused: use TLSv1.3, which has none, or a new"
            + " connection"
            + (thrown == null ? "" : engineSays(thrown)),
        thrown);
  }

  TlsException refused(TlsAlert alert, Throwable thrown, boolean secured) {
    StringBuilder message =
        new StringBuilder(theOther())
            .append(" refused, by the alert ")
            .append(alert == TlsAlert.OTHER ? saidBy(thrown) : alert.wireName())
            .append(": ")
            .append(alert.meaning);
    switch (alert.reason) {
      case NOTHING_IN_COMMON -> message.append(", which are ").append(versions());
      case NO_APPLICATION_PROTOCOL -> message.append(", which are ").append(applicationProtocols);
      default -> {}
    }
    if (alert == TlsAlert.UNRECOGNIZED_NAME && serverName != null) {
      message.append(", ").append(serverName);
    }
    if (secured && tls.client() && alert.isAboutCertificate()) {
      message.append(
          " (it comes after the handshake, as a TLSv1.3 server looks at the client's certificate"
              + " when the client is done)");
    }
    return failure(alert.reason, message + engineSays(thrown), thrown);
  }

  private TlsException noApplicationProtocol(Throwable thrown) {
    return failure(
        Reason.NO_APPLICATION_PROTOCOL,
        "the two sides have no application protocol in common, this one speaks "
            + applicationProtocols
            + ": set applicationProtocols(..) on one of them"
            + engineSays(thrown),
        thrown);
  }

  private TlsException notTls(NotSslRecordException thrown, boolean secured) {
    String sent = NotTlsText.of(thrown.getMessage(), secured ? null : first);
    if (secured) {
      return failure(
          Reason.BROKEN_PROTOCOL,
          "after the handshake "
              + theOther()
              + " sent what is not TLS, "
              + sent
              + ": it may have gone back to plaintext, or something between the two breaks in",
          thrown);
    }
    return failure(
        Reason.NOT_TLS,
        theOther()
            + " does not speak TLS, it began with "
            + sent
            + (tls.client()
                ? ": connect to its port for TLS, or without secure(..)"
                : ": it has to speak TLS, as with https://, or to use a port for plaintext"),
        thrown);
  }

  private TlsException timedOut(Throwable thrown) {
    return failure(
        Reason.TIMED_OUT,
        "the handshake with "
            + theOther()
            + " was not done within "
            + tls.handshakeTimeout().toMillis()
            + " ms: it may be overloaded, or not speak TLS; see handshakeTimeout(..)",
        thrown);
  }

  /**
   * @param cause of an end that was not in order, or null
   */
  TlsException closedInHandshake(IOException cause) {
    return cause instanceof TlsException told
        ? told
        : failure(
            Reason.CLOSED_IN_HANDSHAKE,
            theOther()
                + " closed the connection before the handshake was done: it may not speak TLS on"
                + " this port, or refuse this side without saying why"
                + (cause == null ? "" : " (" + oneLine(cause.getMessage()) + ")"),
            cause);
  }

  TlsException truncated() {
    return failure(
        Reason.TRUNCATED,
        theOther()
            + " ended the connection without close_notify: what was received may not be all that"
            + " was sent, unless the protocol above TLS tells its length",
        null);
  }

  /** No context is to be had for a connection. */
  TlsException noContext(String forWhom, Throwable cause) {
    TlsException told = find(cause, TlsException.class);
    NoClassDefFoundError missing = find(cause, NoClassDefFoundError.class);
    if (told == null && missing != null) {
      return missingLibrary(missing, cause);
    }
    return told != null
        ? told
        : failure(
            Reason.NOT_USABLE,
            "no SslContext can be used"
                + forWhom
                + ": "
                + oneLine(
                    cause instanceof IllegalArgumentException
                        ? cause.getMessage()
                        : String.valueOf(cause)),
            cause);
  }

  // ---- words

  /** A peer that resets at once may have no address any more. */
  private String whom() {
    SocketAddress address = stream.remoteAddress();
    String name = serverName == null ? "a peer that is gone" : serverName;
    return address == null ? name : address.toString();
  }

  private String theOther() {
    return tls.client() ? "the server" : "the client";
  }

  private String versions() {
    return engine == null
        ? "[]"
        : Stream.of(engine.getEnabledProtocols())
            .filter(version -> version.startsWith("TLS")) // BoringSSL's has SSLv2Hello always
            .toList()
            .toString();
  }

  private String cipherSuites() {
    List<String> suites = engine == null ? List.of() : List.of(engine.getEnabledCipherSuites());
    return suites.size() <= LISTED_MAX
        ? suites.toString()
        : suites.subList(0, LISTED_MAX) + " and " + (suites.size() - LISTED_MAX) + " more";
  }

  private TlsException failure(Reason reason, String message, Throwable cause) {
    return new TlsException(reason, "TLS with " + whom() + ": " + message, cause);
  }

  private static String engineSays(Throwable thrown) {
    return " (the engine says: " + saidBy(thrown) + ")";
  }

  /** The first message that says more than that there is a cause. */
  private static String saidBy(Throwable thrown) {
    Throwable saying = thrown;
    while (saying.getCause() != null && isWrapper(saying)) {
      saying = saying.getCause();
    }
    return oneLine(String.valueOf(saying.getMessage()));
  }

  private static boolean isWrapper(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null
        || message.equals("General OpenSslEngine problem")
        || message.equals(thrown.getCause().toString());
  }

  /** What an engine says may have in it what the peer sent: all of it, and anything. */
  private static String oneLine(String text) {
    String start = text.length() <= SAID_MAX ? text : text.substring(0, SAID_MAX) + "..";
    return start.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?").strip();
  }

  private static boolean mentions(String said, String... parts) {
    return Arrays.stream(parts).anyMatch(said::contains);
  }

  /** The first of a type among what was thrown and its causes, or null. */
  static <T extends Throwable> T find(Throwable thrown, Class<T> type) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
    }
    return null;
  }
}
