package dev.zloop.reactor.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How TLS is to be spoken, in either role: with an {@link SslContext} that was made elsewhere, or
 * with one that is made of what is said here, when {@code secure(..)} returns. Not both.
 *
 * @param <S> the role's own specification
 */
public interface TlsSpec<S extends TlsSpec<S>> {

  /** Uses a context that exists. It stays the caller's: a reference-counted one is not released. */
  S sslContext(SslContext context);

  /**
   * Asks for a context with each connection, on its loop, where nothing may block: for contexts
   * that change, as {@link ReloadableSslContext} does.
   */
  S sslContext(Supplier<? extends SslContext> contexts);

  /**
   * This side's certificate, and its private key, from PEM files.
   *
   * @param chain its own certificate first, then those that vouch for it
   * @param key in PKCS#8, without a password
   * @throws IllegalArgumentException if a file cannot be used, or the key is not the certificate's;
   *     or if this side has a certificate already
   */
  S certificate(Path chain, Path key);

  /** This side's certificates and keys, from a PKCS#12 or JKS file. */
  S keyStore(Path file, String password);

  /** Whom to trust, from a PEM file of certificates, instead of the JDK's list. */
  S trust(Path certificates);

  /** Whom to trust, from a PKCS#12 or JKS file, instead of the JDK's list. */
  S trustStore(Path file, String password);

  /**
   * The versions to offer, such as {@code TLSv1.3}. Default: what the TLS engine thinks is good.
   *
   * @throws IllegalArgumentException for one that is none
   */
  S protocols(String... versions);

  /**
   * What to offer, or to choose from, by ALPN (RFC 7301), the best first; such as {@code h2}.
   * Without one in common none is chosen, which is no failure: see {@link
   * TlsSession#applicationProtocol}.
   *
   * @throws IllegalArgumentException for a name that is not of 1 to 255 bytes
   */
  S applicationProtocols(String... names);

  /** Whatever else the builder of the context has. Called before the context is built. */
  S context(Consumer<? super SslContextBuilder> customizer);

  /** Whatever else the handler of each connection has. Called on the connection's loop. */
  S handler(Consumer<? super SslHandler> customizer);

  /**
   * How long a handshake may take; from 1 ms to 24 hours. Default: 10 seconds.
   *
   * @throws IllegalArgumentException if it is outside that
   */
  S handshakeTimeout(Duration timeout);

  /**
   * How long a graceful close waits for the peer to take a further byte, the last of which are the
   * close_notify, and then for the peer's own end; from 1 ms to 24 hours. Default: the connection's
   * CLOSE_TIMEOUT.
   *
   * @throws IllegalArgumentException if it is outside that
   */
  S closeNotifyTimeout(Duration timeout);
}
