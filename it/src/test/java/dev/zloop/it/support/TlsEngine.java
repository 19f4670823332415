package dev.zloop.it.support;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import javax.net.ssl.SSLException;

/** The TLS engines that Netty has, to test with each. */
public enum TlsEngine {
  JDK(SslProvider.JDK),
  BORINGSSL(SslProvider.OPENSSL);

  private final SslProvider provider;

  TlsEngine(SslProvider provider) {
    this.provider = provider;
  }

  public SslProvider provider() {
    return provider;
  }

  /** The beginnings of a server's context. */
  public SslContextBuilder server(X509Bundle certificate) {
    return SslContextBuilder.forServer(
            certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
        .sslProvider(provider);
  }

  /** The beginnings of a client's context, which trusts {@link Certificates#TRUSTED}. */
  public SslContextBuilder client() {
    return SslContextBuilder.forClient()
        .sslProvider(provider)
        .trustManager(Certificates.TRUSTED.authority().getCertificate());
  }

  public static SslContext build(SslContextBuilder builder) {
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new AssertionError(e);
    }
  }
}
