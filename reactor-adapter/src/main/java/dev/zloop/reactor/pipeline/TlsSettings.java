package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.tls.TlsSpec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** What both roles' specifications have in common: collects, checks, and builds the context. */
abstract class TlsSettings<S extends TlsSpec<S>> implements TlsSpec<S> {
  private Supplier<? extends SslContext> contexts;

  /** Makes the builder of a context, with this side's keys. */
  private Supplier<SslContextBuilder> builders = this::keyless;

  /** What to do to the builder, in the order in which it was said. */
  private Consumer<SslContextBuilder> changes = builder -> {};

  /** What was said about a context to be built, for messages; or null. */
  private String saidOfBuilder;

  Consumer<SslHandler> handlerCustomizer = handler -> {};
  Duration handshakeTimeout = Duration.ofSeconds(10);
  Duration closeNotifyTimeout;

  abstract S self();

  abstract boolean isClient();

  @Override
  public S sslContext(SslContext context) {
    Objects.requireNonNull(context, "context");
    if (context.isClient() != isClient()) {
      throw new IllegalArgumentException(
          "the context is for %s, expected one for %s: SslContextBuilder.%s"
              .formatted(
                  isClient() ? "servers" : "clients",
                  isClient() ? "clients" : "servers",
                  isClient() ? "forClient()" : "forServer(..)"));
    }
    return sslContext(() -> context);
  }

  @Override
  public S sslContext(Supplier<? extends SslContext> supplier) {
    contexts = Objects.requireNonNull(supplier, "contexts");
    return self();
  }

  @Override
  public S certificate(Path chain, Path key) {
    checkReadable(chain);
    checkReadable(key);
    return keys("certificate(" + chain + ", ..)", keysOf(chain, key));
  }

  @Override
  public S keyStore(Path file, String password) {
    return keys("keyStore(" + file + ")", keysOf(keyManagers(file, password.toCharArray())));
  }

  private S keys(String what, Supplier<SslContextBuilder> keys) {
    saidOfBuilder = what;
    builders = keys;
    return self();
  }

  /** Makes a builder with this key. */
  abstract Supplier<SslContextBuilder> keysOf(Path chain, Path key);

  /** Makes a builder with these keys. */
  abstract Supplier<SslContextBuilder> keysOf(KeyManagerFactory keys);

  @Override
  public S trust(Path certificates) {
    checkReadable(certificates);
    return change(
        "trust(" + certificates + ")", builder -> builder.trustManager(certificates.toFile()));
  }

  @Override
  public S trustStore(Path file, String password) {
    TrustManagerFactory trust = trustManagers(file, password.toCharArray());
    return change("trustStore(" + file + ")", builder -> builder.trustManager(trust));
  }

  @Override
  public S protocols(String... versions) {
    return change("protocols(..)", builder -> builder.protocols(versions.clone()));
  }

  @Override
  public S applicationProtocols(String... names) {
    ApplicationProtocolConfig config =
        new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            names.clone());
    return change("applicationProtocols(..)", builder -> builder.applicationProtocolConfig(config));
  }

  @Override
  public S context(Consumer<? super SslContextBuilder> customizer) {
    Objects.requireNonNull(customizer, "customizer");
    return change("context(..)", customizer::accept);
  }

  S change(String what, Consumer<SslContextBuilder> change) {
    saidOfBuilder = what;
    changes = changes.andThen(change);
    return self();
  }

  @Override
  public S handler(Consumer<? super SslHandler> customizer) {
    Objects.requireNonNull(customizer, "customizer");
    handlerCustomizer = handlerCustomizer.andThen(customizer);
    return self();
  }

  @Override
  public S handshakeTimeout(Duration timeout) {
    handshakeTimeout = checkPositive("handshakeTimeout", timeout);
    return self();
  }

  @Override
  public S closeNotifyTimeout(Duration timeout) {
    closeNotifyTimeout = checkPositive("closeNotifyTimeout", timeout);
    return self();
  }

  private static Duration checkPositive(String what, Duration timeout) {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException(what + " is " + timeout + ", expected above 0");
    }
    return timeout;
  }

  // ---- what it comes to

  /** Whether anything was said of the context that a connection gets by default. */
  boolean saysContext() {
    return contexts != null || saidOfBuilder != null;
  }

  /** Where connections get their context. Builds it, if it is to be built. */
  Supplier<? extends SslContext> contexts() {
    if (contexts == null) {
      SslContext built = build();
      return () -> built;
    }
    if (saidOfBuilder != null) {
      throw new IllegalArgumentException(
          saidOfBuilder
              + " has no effect on the context that sslContext(..) gave: say one of them");
    }
    return contexts;
  }

  /** A builder where no key was said, if the role can do without. */
  abstract SslContextBuilder keyless();

  private SslContext build() {
    try {
      SslContextBuilder builder = builders.get();
      changes.accept(builder);
      return builder.build();
    } catch (SSLException | RuntimeException e) {
      throw new IllegalArgumentException(
          "TLS cannot be set up as it was specified: " + e.getMessage(), e);
    }
  }

  // ---- files

  private static void checkReadable(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("cannot read " + file.toAbsolutePath());
    }
  }

  private static KeyManagerFactory keyManagers(Path file, char[] password) {
    try {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(load(file, password), password);
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "no keys can be had from " + file + ": " + e.getMessage(), e);
    }
  }

  private static TrustManagerFactory trustManagers(Path file, char[] password) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(load(file, password));
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "no certificates can be had from " + file + ": " + e.getMessage(), e);
    }
  }

  private static KeyStore load(Path file, char[] password) throws GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(in, password);
      return store;
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the key store " + file + ": " + e, e);
    }
  }
}
