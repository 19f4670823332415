package dev.zloop.it.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tls.TlsClientSpec;
import io.netty.handler.ssl.SslContext;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sessions that are resumed: the server does not show its certificate again, so that nothing is
 * there for the client's trust manager to look at.
 */
class TlsResumptionIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  /** Trusts everybody, and counts. */
  private static final class Counting implements X509TrustManager {
    private final AtomicInteger looked = new AtomicInteger();

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("no server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      looked.incrementAndGet();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** BoringSSL's client resumes only where its engine is told to keep sessions: tested below. */
  @ParameterizedTest
  @CsvSource({
    "JDK,JDK,TLSv1.2",
    "JDK,JDK,TLSv1.3",
    "BORINGSSL,JDK,TLSv1.2",
    "BORINGSSL,JDK,TLSv1.3",
    "JDK,BORINGSSL,TLSv1.2",
    "BORINGSSL,BORINGSSL,TLSv1.2"
  })
  void aSecondConnectionResumes(TlsEngine serverEngine, TlsEngine clientEngine, String version) {
    Counting counting = new Counting();
    SslContext context =
        TlsEngine.build(
            clientEngine
                .client()
                .protocols(version)
                .trustManager(counting)
                .endpointIdentificationAlgorithm(""));
    Consumer<TlsClientSpec> client =
        tls -> tls.sslContext(context).serverName("a.test").verifyHostname(false);
    Specs specs = new Specs(serverEngine, version);
    try (Attempt attempt =
        Attempt.on(LOOPS, specs.server(Certificates.TRUSTED.forNames("a.test")))) {
      attempt.talk(client);
      assertEquals(1, counting.looked.get());
      assertTrue(attempt.talk(client).engineSession().isValid());
      assertEquals(1, counting.looked.get());
    }
  }
}
