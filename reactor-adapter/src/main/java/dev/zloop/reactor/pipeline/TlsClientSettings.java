package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.tls.TlsClientSpec;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;

/** A client's specification. */
public final class TlsClientSettings extends TlsSettings<TlsClientSpec> implements TlsClientSpec {
  private static final Pattern NAME = Pattern.compile("[^\\s*/]+");

  private String serverName;
  private boolean verifyHostname = true;

  private TlsClientSettings() {}

  /** What a user says, made into what connections need. */
  public static Tls of(Consumer<? super TlsClientSpec> spec) {
    TlsClientSettings settings = new TlsClientSettings();
    spec.accept(settings);
    return new Tls(
        true,
        settings.contexts(),
        null,
        settings.serverName,
        settings.verifyHostname,
        settings.handlerCustomizer,
        settings.handshakeTimeout,
        settings.closeNotifyTimeout);
  }

  @Override
  public TlsClientSpec serverName(String name) {
    Objects.requireNonNull(name, "name");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "serverName(" + name + "), expected the name or the address of a host");
    }
    serverName = name;
    return this;
  }

  @Override
  public TlsClientSpec verifyHostname(boolean verify) {
    verifyHostname = verify;
    return this;
  }

  @Override
  TlsClientSpec self() {
    return this;
  }

  @Override
  boolean isClient() {
    return true;
  }

  @Override
  Supplier<SslContextBuilder> keysOf(TlsFiles.Identity identity) {
    return () -> keyless().keyManager(identity.key(), identity.chain());
  }

  @Override
  Supplier<SslContextBuilder> keysOf(KeyManagerFactory keys) {
    return () -> keyless().keyManager(keys);
  }

  @Override
  SslContextBuilder keyless() {
    return SslContextBuilder.forClient();
  }
}
