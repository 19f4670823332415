package dev.zloop.benchmarks.soak;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** TLS by the JDK's engine, as both sides of the soak speak it. */
final class Contexts {
  private Contexts() {}

  static SslContext server() {
    try {
      X509Bundle certificate =
          new CertificateBuilder()
              .subject("CN=localhost")
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      return SslContextBuilder.forServer(
              certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
          .sslProvider(SslProvider.JDK)
          .build();
    } catch (Exception e) {
      throw new IllegalStateException("no context for a server", e);
    }
  }

  static SslContext client() {
    try {
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .build();
    } catch (Exception e) {
      throw new IllegalStateException("no context for a client", e);
    }
  }
}
