package dev.zloop.reactor.pipeline;

import dev.zloop.reactor.tls.TlsClientSpec;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;

/** A client's specification. */
public final class TlsClientSettings extends TlsSettings<TlsClientSpec> implements TlsClientSpec {
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
    serverName = Objects.requireNonNull(name, "name");
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
  Supplier<SslContextBuilder> keysOf(Path chain, Path key) {
    return () -> keyless().keyManager(chain.toFile(), key.toFile());
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
