package dev.zloop.reactor.tls;

import javax.net.ssl.SSLException;

/**
 * TLS failed: a handshake, or a connection after it. The message says what happened, with whom, and
 * what can be done; the cause is what the TLS engine threw, if it did.
 */
public final class TlsException extends SSLException {
  private static final long serialVersionUID = 1;

  /** What went wrong, for programs. */
  public enum Reason {
    /** The peer sent something that is not TLS: most likely it speaks plaintext. */
    NOT_TLS,

    /** No trusted authority vouches for the peer's certificate. */
    UNTRUSTED_CERTIFICATE,

    /** The peer's certificate is not valid any more, or not yet. */
    EXPIRED_CERTIFICATE,

    /** The peer's certificate is for other names. */
    WRONG_NAME,

    /** The peer was asked for a certificate and gave none. */
    NO_CERTIFICATE,

    /** The two sides have no version, or no cipher suite, in common. */
    NOTHING_IN_COMMON,

    /** The two sides have no application protocol in common (ALPN, RFC 7301). */
    NO_APPLICATION_PROTOCOL,

    /** The peer refused, by an alert; the message has the alert. */
    REFUSED_BY_PEER,

    /** The handshake was not done in its time. */
    TIMED_OUT,

    /** The peer went away before the handshake was done. */
    CLOSED_IN_HANDSHAKE,

    /**
     * The stream ended without the peer's close_notify: what was received may not be all that was
     * sent (RFC 8446, 6.1).
     */
    TRUNCATED,

    /** The peer, or somebody between, broke the rules of TLS: the stream cannot be trusted. */
    BROKEN_PROTOCOL,

    /** This side cannot do TLS as it was told to: no context, no key, no executor. */
    NOT_USABLE,

    /** A library is missing that Netty's TLS takes; the message says which to add. */
    MISSING_LIBRARY
  }

  private final Reason reason;

  public TlsException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }
}
