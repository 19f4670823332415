package dev.zloop.reactor.pipeline;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The certificates that a peer presented and that were not trusted. Engines do not tell them; so
 * this goes with what a trust manager throws, among what that suppressed: which leaves it what it
 * was, for the engine that chooses an alert by it.
 */
final class PresentedChain extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<X509Certificate> certificates;

  private PresentedChain(X509Certificate[] certificates) {
    super("presented", null, false, false);
    this.certificates = List.of(certificates);
  }

  /** The chain that goes with one of these failures, the peer's own certificate first; or empty. */
  static List<X509Certificate> of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      for (Throwable suppressed : cause.getSuppressed()) {
        if (suppressed instanceof PresentedChain chain) {
          return chain.certificates;
        }
      }
    }
    return List.of();
  }

  /** The trust manager of a factory, which tells the chain with each failure. */
  static TrustManager tellingOf(TrustManagerFactory factory) {
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return new Telling(extended);
      }
    }
    throw new IllegalArgumentException(
        "the trust managers of " + factory.getAlgorithm() + " cannot verify host names");
  }

  /** Something that may refuse a chain. */
  @FunctionalInterface
  private interface Check {
    void run() throws CertificateException;
  }

  private static final class Telling extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager manager;

    Telling(X509ExtendedTrustManager manager) {
      this.manager = manager;
    }

    private static void check(X509Certificate[] chain, Check check) throws CertificateException {
      try {
        check.run();
      } catch (CertificateException e) {
        e.addSuppressed(new PresentedChain(chain));
        throw e;
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain, () -> manager.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain, () -> manager.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain, () -> manager.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain, () -> manager.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain, () -> manager.checkServerTrusted(chain, type));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain, () -> manager.checkClientTrusted(chain, type));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return manager.getAcceptedIssuers();
    }
  }
}
