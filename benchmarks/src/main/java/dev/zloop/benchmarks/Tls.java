package dev.zloop.benchmarks;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** TLS 1.3 as the servers and the load speak it, with a certificate that nobody looks at. */
final class Tls {
  private Tls() {}

  /**
   * A server's context.
   *
   * @param engine {@code JDK}, or {@code OPENSSL} for BoringSSL
   */
  static SslContext server(String engine) {
    try {
      X509Bundle certificate =
          new CertificateBuilder()
              .subject("CN=localhost")
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      return SslContextBuilder.forServer(
              certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
          .sslProvider(SslProvider.valueOf(engine))
          .protocols("TLSv1.3")
          .build();
    } catch (Exception e) {
      throw new IllegalStateException("no TLS by " + engine, e);
    }
  }

  /** The load's context: always the JDK's, so that it is the same for all. */
  static SslContext client() {
    try {
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3")
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .build();
    } catch (Exception e) {
      throw new IllegalStateException("no TLS by the JDK", e);
    }
  }
}
