package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.tls.TlsSpec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** What both roles' specifications have in common: collects, checks, and builds the context. */
abstract class TlsSettings<S extends TlsSpec<S>> implements TlsSpec<S> {
  /** What there is that an engine may still do. */
  private static final List<String> VERSIONS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

  private static final int PROTOCOL_NAME_BYTES_MAX = 255;

  /** What timers are told in; less would be none. */
  private static final Duration TIMEOUT_MIN = Duration.ofMillis(1);

  private static final Duration TIMEOUT_MAX = Duration.ofDays(1);

  private Supplier<? extends SslContext> contexts;

  /** Makes the builder of a context, with this side's keys. */
  private Supplier<SslContextBuilder> builders = this::keyless;

  /** What to do to the builder, in the order in which it was said. */
  private Consumer<SslContextBuilder> changes = builder -> {};

  /** What was said about a context to be built, for messages; or null. */
  private String saidOfBuilder;

  private String saidOfKeys;
  private String saidOfTrust;

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
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(key, "key");
    return keys("certificate(" + chain + ", ..)", keysOf(TlsFiles.identity(chain, key)));
  }

  @Override
  public S keyStore(Path file, String password) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(password, "password");
    return keys("keyStore(" + file + ", ..)", keysOf(TlsFiles.keys(file, password)));
  }

  private S keys(String what, Supplier<SslContextBuilder> keys) {
    checkOnce(saidOfKeys, what);
    saidOfKeys = what;
    saidOfBuilder = what;
    builders = keys;
    return self();
  }

  /** Makes a builder with this key. */
  abstract Supplier<SslContextBuilder> keysOf(TlsFiles.Identity identity);

  /** Makes a builder with these keys. */
  abstract Supplier<SslContextBuilder> keysOf(KeyManagerFactory keys);

  @Override
  public S trust(Path certificates) {
    Objects.requireNonNull(certificates, "certificates");
    return trust(
        "trust(" + certificates + ")", TlsFiles.trust(TlsFiles.certificates(certificates)));
  }

  @Override
  public S trustStore(Path file, String password) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(password, "password");
    return trust("trustStore(" + file + ", ..)", TlsFiles.trustStore(file, password));
  }

  private S trust(String what, TrustManagerFactory trusted) {
    checkOnce(saidOfTrust, what);
    saidOfTrust = what;
    TrustManager manager = PresentedChain.tellingOf(trusted);
    return change(what, builder -> builder.trustManager(manager));
  }

  private static void checkOnce(String said, String what) {
    if (said != null) {
      throw new IllegalArgumentException(
          what + " comes after " + said + ", expected one of them: put both into one file");
    }
  }

  @Override
  public S protocols(String... versions) {
    if (versions.length == 0) {
      throw new IllegalArgumentException("protocols() names none, expected some of " + VERSIONS);
    }
    for (String version : versions) {
      if (!VERSIONS.contains(version)) {
        throw new IllegalArgumentException(
            "protocols(..) has " + version + ", expected some of " + VERSIONS);
      }
    }
    return change("protocols(..)", builder -> builder.protocols(versions.clone()));
  }

  @Override
  public S applicationProtocols(String... names) {
    if (names.length == 0) {
      throw new IllegalArgumentException("applicationProtocols() names none, expected one or more");
    }
    for (String name : names) {
      int length = name.getBytes(StandardCharsets.UTF_8).length;
      if (length == 0 || length > PROTOCOL_NAME_BYTES_MAX) {
        throw new IllegalArgumentException(
            "applicationProtocols(..) has \"%s\" of %d bytes, expected 1 to %d (RFC 7301, 3.1)"
                .formatted(name, length, PROTOCOL_NAME_BYTES_MAX));
      }
    }
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
    Objects.requireNonNull(timeout, what);
    if (timeout.compareTo(TIMEOUT_MIN) < 0 || timeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new IllegalArgumentException(
          "%s is %s, expected %s to %s".formatted(what, timeout, TIMEOUT_MIN, TIMEOUT_MAX));
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
      if (isClient()) {
        // the JDK's list, which would be the default, but told of as any other
        builder.trustManager(PresentedChain.tellingOf(TlsFiles.trust((KeyStore) null)));
      }
      changes.accept(builder);
      return builder.build();
    } catch (GeneralSecurityException | SSLException | RuntimeException e) {
      throw new IllegalArgumentException(
          "TLS cannot be set up as it was specified: " + e.getMessage(), e);
    }
  }
}
