package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.tls.TlsException.Reason;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Why the peer's certificate is not accepted.
 *
 * @param certificate which one of the peer's chain, or null if that is not known
 * @param said what was thrown about it
 */
record TlsCertificateFailure(Reason reason, X509Certificate certificate, Throwable said) {

  /** The kinds of names that people use (RFC 5280, 4.2.1.6): dNSName and iPAddress. */
  private static final List<Integer> NAME_KINDS = List.of(2, 7);

  /** What is the matter with a certificate in what was thrown, or null if nothing is. */
  static TlsCertificateFailure in(Throwable thrown) {
    List<X509Certificate> chain = PresentedChain.of(thrown);
    X509Certificate own = chain.isEmpty() ? null : chain.getFirst();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case CertificateExpiredException expired -> {
          return of(Reason.EXPIRED_CERTIFICATE, whichOf(thrown, own), expired);
        }
        case CertificateNotYetValidException tooSoon -> {
          return of(Reason.EXPIRED_CERTIFICATE, whichOf(thrown, own), tooSoon);
        }
        case CertPathBuilderException noPath -> {
          return of(Reason.UNTRUSTED_CERTIFICATE, own, noPath);
        }
        case SSLPeerUnverifiedException unverified -> {
          return of(Reason.WRONG_NAME, own, unverified);
        }
        case CertificateException name when isAboutName(name) -> {
          return of(Reason.WRONG_NAME, own, name);
        }
        default -> {} // a cause may say more
      }
    }
    CertificateException other = TlsFailures.find(thrown, CertificateException.class);
    return other == null ? null : of(Reason.UNTRUSTED_CERTIFICATE, whichOf(thrown, own), other);
  }

  private static TlsCertificateFailure of(Reason reason, X509Certificate which, Throwable said) {
    return new TlsCertificateFailure(reason, which, said);
  }

  /** The JDK tells of names by text alone. */
  private static boolean isAboutName(CertificateException thrown) {
    String message = String.valueOf(thrown.getMessage());
    return message.contains("subject alternative")
        || message.contains("No name matching")
        || message.contains("Illegal given domain name");
  }

  /** The one in the path that a validator could not pass. */
  private static X509Certificate whichOf(Throwable thrown, X509Certificate other) {
    CertPathValidatorException path = TlsFailures.find(thrown, CertPathValidatorException.class);
    return path != null
            && path.getCertPath() != null
            && path.getIndex() >= 0
            && path.getCertPath().getCertificates().get(path.getIndex())
                instanceof X509Certificate which
        ? which
        : other;
  }

  /**
   * In a sentence, with what to do.
   *
   * @param owner such as {@code the server}
   * @param wantedName whom a client wanted to talk to, or null
   */
  String describe(String owner, String wantedName) {
    return switch (reason) {
      case EXPIRED_CERTIFICATE -> describeExpired(owner);
      case WRONG_NAME -> describeName(owner, wantedName);
      default -> describeUntrusted(owner);
    };
  }

  private String describeExpired(String owner) {
    boolean tooSoon = said instanceof CertificateNotYetValidException;
    return owner
        + "'s certificate"
        + subject()
        + (tooSoon ? " is not valid before " : " was valid until ")
        + (certificate == null
            ? said.getMessage()
            : (tooSoon ? certificate.getNotBefore() : certificate.getNotAfter()).toInstant())
        + (tooSoon ? ": wait, or set the clocks" : ": renew it, or set this machine's clock");
  }

  private String describeName(String owner, String wantedName) {
    return owner
        + "'s certificate is "
        + (certificate == null ? "" : "for " + namesOf(certificate) + " and ")
        + "not for "
        + (wantedName == null ? "the name asked for" : wantedName)
        + ": connect by a name that it has, or say which to expect by serverName(..)";
  }

  private String describeUntrusted(String owner) {
    return owner
        + "'s certificate"
        + subject()
        + (said instanceof CertPathBuilderException
            ? " comes from no authority that this side trusts: trust(..) "
                + (certificate == null ? "its issuer" : issuer())
                + ", or have "
                + owner
                + " send the whole chain"
            : " is not accepted: " + said.getMessage());
  }

  private String subject() {
    return certificate == null ? "" : " for " + certificate.getSubjectX500Principal().getName();
  }

  private String issuer() {
    return certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())
        ? "itself, as it is self-signed"
        : "its issuer " + certificate.getIssuerX500Principal().getName();
  }

  /** Of the subject only where no alternative is given, as verification does. */
  private static String namesOf(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      if (names != null) {
        return names.stream()
            .filter(name -> NAME_KINDS.contains(name.get(0)))
            .map(name -> String.valueOf(name.get(1)))
            .collect(Collectors.joining(", "));
      }
    } catch (CertificateParsingException damaged) {
      // then it has none that anybody could read
    }
    return certificate.getSubjectX500Principal().getName();
  }
}
