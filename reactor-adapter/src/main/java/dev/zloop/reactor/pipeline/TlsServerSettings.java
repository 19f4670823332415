package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.tls.TlsServerSpec;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.AsyncMapping;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;

/** A server's specification. */
public final class TlsServerSettings extends TlsSettings<TlsServerSpec> implements TlsServerSpec {
  /** Labels, in any script. */
  private static final Pattern HOST_NAME = Pattern.compile("[^\\s.*:/]+(\\.[^\\s.*:/]+)*");

  private final Map<String, Supplier<? extends SslContext>> byName = new LinkedHashMap<>();
  private AsyncMapping<? super String, ? extends SslContext> names;

  private TlsServerSettings() {}

  /** What a user says, made into what connections need. */
  public static Tls of(Consumer<? super TlsServerSpec> spec) {
    TlsServerSettings settings = new TlsServerSettings();
    spec.accept(settings);
    Supplier<? extends SslContext> contexts = settings.defaultContexts();
    return new Tls(
        false,
        contexts,
        settings.mapping(contexts),
        null,
        false,
        settings.handlerCustomizer,
        settings.handshakeTimeout,
        settings.closeNotifyTimeout);
  }

  /** Or null, where each connection's is a matter of its name. */
  private Supplier<? extends SslContext> defaultContexts() {
    if (names == null) {
      return contexts();
    }
    if (saysContext() || !byName.isEmpty()) {
      throw new IllegalArgumentException(
          "serverNames(..) gives the context of each connection, nothing else that was said does");
    }
    return null;
  }

  @SuppressWarnings("unchecked") // a mapping only gives contexts
  private AsyncMapping<String, SslContext> mapping(Supplier<? extends SslContext> other) {
    if (names != null) {
      return (AsyncMapping<String, SslContext>) names;
    }
    if (byName.isEmpty()) {
      return null;
    }
    DomainWildcardMappingBuilder<Supplier<? extends SslContext>> builder =
        new DomainWildcardMappingBuilder<>(byName.size(), other);
    byName.forEach(builder::add);
    Mapping<String, Supplier<? extends SslContext>> mapping = builder.build();
    return (name, promise) -> promise.setSuccess(mapping.map(name).get());
  }

  @Override
  public TlsServerSpec clientAuth(ClientAuth auth) {
    Objects.requireNonNull(auth, "auth");
    return change("clientAuth(" + auth + ")", builder -> builder.clientAuth(auth));
  }

  @Override
  public TlsServerSpec serverName(String name, SslContext context) {
    return serverName(name, spec -> spec.sslContext(context));
  }

  @Override
  public TlsServerSpec serverName(String name, Consumer<? super TlsServerSpec> spec) {
    checkName(name);
    TlsServerSettings settings = new TlsServerSettings();
    spec.accept(settings);
    if (settings.names != null || !settings.byName.isEmpty()) {
      throw new IllegalArgumentException("within serverName(" + name + ", ..) no further names");
    }
    byName.put(name, settings.contexts());
    return this;
  }

  private void checkName(String name) {
    Objects.requireNonNull(name, "name");
    String host = name.startsWith("*.") ? name.substring(2) : name;
    if (!HOST_NAME.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "serverName(" + name + ", ..), expected a host name, or *. and the rest of one");
    }
    if (byName.containsKey(name)) {
      throw new IllegalArgumentException(
          "serverName(" + name + ", ..) was said before, expected one context for a name");
    }
  }

  @Override
  public TlsServerSpec serverNames(AsyncMapping<? super String, ? extends SslContext> contexts) {
    names = Objects.requireNonNull(contexts, "contexts");
    return this;
  }

  @Override
  TlsServerSpec self() {
    return this;
  }

  @Override
  boolean isClient() {
    return false;
  }

  @Override
  Supplier<SslContextBuilder> keysOf(TlsFiles.Identity identity) {
    return () -> SslContextBuilder.forServer(identity.key(), identity.chain());
  }

  @Override
  Supplier<SslContextBuilder> keysOf(KeyManagerFactory keys) {
    return () -> SslContextBuilder.forServer(keys);
  }

  @Override
  SslContextBuilder keyless() {
    throw new IllegalArgumentException(
        "a server needs a certificate: certificate(chain, key), keyStore(..) or sslContext(..)");
  }
}
