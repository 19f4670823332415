package dev.zloop.reactor.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * What the two sides of a connection have agreed on in their handshake.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipherSuite such as {@code TLS_AES_128_GCM_SHA256}
 * @param applicationProtocol what was chosen by ALPN (RFC 7301), such as {@code h2}
 * @param serverName the name that the client asked for (SNI, RFC 6066), as far as this side knows
 *     it
 * @param peerCertificates the peer's own first, then those that vouch for it; empty if it gave none
 * @param engineSession all the rest, as the TLS engine has it
 */
public record TlsSession(
    String protocol,
    String cipherSuite,
    Optional<String> applicationProtocol,
    Optional<String> serverName,
    List<X509Certificate> peerCertificates,
    SSLSession engineSession) {

  public TlsSession {
    peerCertificates = List.copyOf(peerCertificates);
  }
}
