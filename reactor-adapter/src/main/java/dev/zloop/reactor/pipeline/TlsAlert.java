package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.tls.TlsException.Reason;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The alerts that end a connection (RFC 8446, 6.2; RFC 5246, 7.2.2; RFC 6066 and 7301), as what it
 * means to this side that the peer sent one.
 */
enum TlsAlert {
  CLOSE_NOTIFY(Reason.CLOSED_IN_HANDSHAKE, "it ended the connection before the handshake was done"),
  USER_CANCELED(Reason.CLOSED_IN_HANDSHAKE, "it gave the handshake up"),
  USER_CANCELLED(Reason.CLOSED_IN_HANDSHAKE, "it gave the handshake up"),

  HANDSHAKE_FAILURE(
      Reason.REFUSED_BY_PEER,
      "it accepts nothing that this side offers, such as cipher suites; or, up to TLSv1.2, it needs"
          + " a client's certificate from an authority that it trusts"),
  PROTOCOL_VERSION(Reason.NOTHING_IN_COMMON, "it accepts none of the versions of this side"),
  INSUFFICIENT_SECURITY(
      Reason.NOTHING_IN_COMMON, "it wants stronger cipher suites than this side offers"),
  INAPPROPRIATE_FALLBACK(
      Reason.NOTHING_IN_COMMON, "it can do a better version than this side asked for"),
  NO_APPLICATION_PROTOCOL(
      Reason.NO_APPLICATION_PROTOCOL, "it speaks none of this side's application protocols"),

  NO_CERTIFICATE(Reason.REFUSED_BY_PEER, Meaning.CERTIFICATE_MISSING),
  CERTIFICATE_REQUIRED(Reason.REFUSED_BY_PEER, Meaning.CERTIFICATE_MISSING),
  UNKNOWN_CA(
      Reason.REFUSED_BY_PEER,
      "it does not trust the authority behind this side's certificate: have it trust that one, or"
          + " send the whole chain"),
  CERTIFICATE_EXPIRED(
      Reason.REFUSED_BY_PEER,
      "this side's certificate is not valid any more, or not yet: renew it, or set the clocks"),
  CERTIFICATE_REVOKED(Reason.REFUSED_BY_PEER, "this side's certificate was revoked: renew it"),
  CERTIFICATE_UNKNOWN(
      Reason.REFUSED_BY_PEER,
      "it does not accept this side's certificate: it may not trust its authority, or expect"
          + " another name; its log may say more"),
  BAD_CERTIFICATE(
      Reason.REFUSED_BY_PEER,
      "it does not accept this side's certificate, or what that is signed with"),
  UNSUPPORTED_CERTIFICATE(
      Reason.REFUSED_BY_PEER,
      "this side's certificate is of a kind, or for a use, that it refuses"),
  BAD_CERTIFICATE_STATUS_RESPONSE(
      Reason.REFUSED_BY_PEER, "what vouches for this side's certificate not being revoked is bad"),
  ACCESS_DENIED(Reason.REFUSED_BY_PEER, "this side's certificate is valid but has no access there"),
  UNRECOGNIZED_NAME(
      Reason.REFUSED_BY_PEER, "it is not the server of the name that this side asks for"),
  UNKNOWN_PSK_IDENTITY(Reason.REFUSED_BY_PEER, "it does not know the key that both should share"),
  NO_RENEGOTIATION(Reason.REFUSED_BY_PEER, "it does not shake hands a second time"),
  MISSING_EXTENSION(
      Reason.REFUSED_BY_PEER,
      "it needs an extension that this side did not send, such as the name"),
  UNSUPPORTED_EXTENSION(
      Reason.BROKEN_PROTOCOL, "it was sent an extension that it had not asked for"),
  INTERNAL_ERROR(
      Reason.REFUSED_BY_PEER,
      "something failed within it, which its log may tell; some engines send this for a certificate"
          + " that they do not trust"),

  UNEXPECTED_MESSAGE(Reason.BROKEN_PROTOCOL, Meaning.DISTORTED),
  BAD_RECORD_MAC(Reason.BROKEN_PROTOCOL, Meaning.DISTORTED),
  DECRYPTION_FAILED(Reason.BROKEN_PROTOCOL, Meaning.DISTORTED),
  DECRYPT_ERROR(Reason.BROKEN_PROTOCOL, Meaning.DISTORTED),
  DECOMPRESSION_FAILURE(Reason.BROKEN_PROTOCOL, Meaning.DISTORTED),
  RECORD_OVERFLOW(Reason.BROKEN_PROTOCOL, Meaning.DISTORTED),
  DECODE_ERROR(Reason.BROKEN_PROTOCOL, Meaning.DISTORTED),
  ILLEGAL_PARAMETER(Reason.BROKEN_PROTOCOL, Meaning.DISTORTED),

  /** One of which this does not know the name. */
  OTHER(Reason.REFUSED_BY_PEER, "its log may say why");

  /** As the JDK tells of an alert that came, as BoringSSL does, and as OpenSSL does. */
  private static final Pattern RECEIVED =
      Pattern.compile(
          "(?:received fatal alert: |(?:sslv3|tlsv1|tlsv13)[ _]alert[ _])([a-z_ ]+)",
          Pattern.CASE_INSENSITIVE);

  final Reason reason;

  /** What the peer means, as the rest of a sentence about it. */
  final String meaning;

  TlsAlert(Reason reason, String meaning) {
    this.reason = reason;
    this.meaning = meaning;
  }

  /** Whether it is about the certificate of the one who gets it. */
  boolean isAboutCertificate() {
    return switch (this) {
      case NO_CERTIFICATE,
          CERTIFICATE_REQUIRED,
          UNKNOWN_CA,
          CERTIFICATE_EXPIRED,
          CERTIFICATE_REVOKED,
          CERTIFICATE_UNKNOWN,
          BAD_CERTIFICATE,
          UNSUPPORTED_CERTIFICATE,
          ACCESS_DENIED,
          INTERNAL_ERROR ->
          true;
      default -> false;
    };
  }

  /** As the standards spell it. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The alert that an engine's message says to have come, or null if it says nothing of one. */
  static TlsAlert receivedIn(String message) {
    Matcher matcher = RECEIVED.matcher(message);
    if (!matcher.find()) {
      return null;
    }
    String name = matcher.group(1).strip().replace(' ', '_').toUpperCase(Locale.ROOT);
    for (TlsAlert alert : values()) {
      if (alert.name().equals(name)) {
        return alert;
      }
    }
    return OTHER;
  }

  /** The alert of a number, as it is sent. */
  static TlsAlert ofCode(int code) {
    return switch (code) {
      case 0 -> CLOSE_NOTIFY;
      case 10 -> UNEXPECTED_MESSAGE;
      case 20 -> BAD_RECORD_MAC;
      case 22 -> RECORD_OVERFLOW;
      case 40 -> HANDSHAKE_FAILURE;
      case 42 -> BAD_CERTIFICATE;
      case 43 -> UNSUPPORTED_CERTIFICATE;
      case 44 -> CERTIFICATE_REVOKED;
      case 45 -> CERTIFICATE_EXPIRED;
      case 46 -> CERTIFICATE_UNKNOWN;
      case 47 -> ILLEGAL_PARAMETER;
      case 48 -> UNKNOWN_CA;
      case 49 -> ACCESS_DENIED;
      case 50 -> DECODE_ERROR;
      case 51 -> DECRYPT_ERROR;
      case 70 -> PROTOCOL_VERSION;
      case 71 -> INSUFFICIENT_SECURITY;
      case 80 -> INTERNAL_ERROR;
      case 86 -> INAPPROPRIATE_FALLBACK;
      case 90 -> USER_CANCELED;
      case 100 -> NO_RENEGOTIATION;
      case 109 -> MISSING_EXTENSION;
      case 110 -> UNSUPPORTED_EXTENSION;
      case 112 -> UNRECOGNIZED_NAME;
      case 113 -> BAD_CERTIFICATE_STATUS_RESPONSE;
      case 115 -> UNKNOWN_PSK_IDENTITY;
      case 116 -> CERTIFICATE_REQUIRED;
      case 120 -> NO_APPLICATION_PROTOCOL;
      default -> OTHER;
    };
  }

  /** What several mean. */
  private static final class Meaning {
    static final String CERTIFICATE_MISSING =
        "it needs a certificate of this side, which has given none: set certificate(..) or"
            + " keyStore(..), with one from an authority that it trusts";
    static final String DISTORTED =
        "it can make no sense of what it got: something between the two changes what they send, or"
            + " one of them has a defect";
  }
}
