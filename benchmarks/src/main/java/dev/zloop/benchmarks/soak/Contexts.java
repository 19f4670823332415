package dev.zloop.benchmarks.soak;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** TLS by the JDK's engine, as both sides of the soak speak it. */
final class Contexts {

  /**
   * The JDK keeps 20,480 for a day unless told otherwise, which would look like a leak for hours.
   */
  private static final int SESSIONS_MAX = 64;

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
          .sessionCacheSize(SESSIONS_MAX)
          .build();
    } catch (Exception e) {
      throw new IllegalStateException("no context for a server", e);
    }
  }

  static SslContext client() {
    try {
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .sessionCacheSize(SESSIONS_MAX)
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .build();
    } catch (Exception e) {
      throw new IllegalStateException("no context for a client", e);
    }
  }
}
