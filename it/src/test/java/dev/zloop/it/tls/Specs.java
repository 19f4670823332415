package dev.zloop.it.tls;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tls.TlsClientSpec;
import dev.zloop.reactor.tls.TlsServerSpec;
import dev.zloop.reactor.tls.TlsSpec;
import io.netty.handler.ssl.ClientAuth;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import java.util.function.Consumer;

/** What tests say of TLS, for one engine and one version. */
record Specs(TlsEngine engine, String version) {
  private static final Path AUTHORITY = Certificates.TRUSTED.authorityFile();
  static final X509Bundle LOCALHOST = Certificates.TRUSTED.forNames("localhost");

  private <S extends TlsSpec<S>> void common(S tls) {
    tls.context(builder -> builder.sslProvider(engine.provider())).protocols(version);
  }

  private static <S extends TlsSpec<S>> void show(S tls, X509Bundle certificate) {
    tls.certificate(Certificates.chainFile(certificate), Certificates.keyFile(certificate));
  }

  /** A server that shows a certificate. */
  Consumer<TlsServerSpec> server(X509Bundle certificate) {
    return tls -> {
      common(tls);
      show(tls, certificate);
    };
  }

  Consumer<TlsServerSpec> server() {
    return server(LOCALHOST);
  }

  /** A server that wants to see a certificate of the tests' authority. */
  Consumer<TlsServerSpec> server(ClientAuth auth) {
    return server().andThen(tls -> tls.clientAuth(auth).trust(AUTHORITY));
  }

  /** A client that trusts the tests' authority. */
  Consumer<TlsClientSpec> client() {
    return tls -> {
      common(tls);
      tls.trust(AUTHORITY);
    };
  }

  /** A client that shows a certificate. */
  Consumer<TlsClientSpec> client(X509Bundle certificate) {
    return client().andThen(tls -> show(tls, certificate));
  }
}
