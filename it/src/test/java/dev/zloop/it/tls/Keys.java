package dev.zloop.it.tls;

import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.it.tls.Conversation.Certificate;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.GeneralSecurityException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Who has which certificates; and the contexts, made of them, of one side. */
final class Keys {
  private static final Map<Certificate, X509Bundle> SERVERS =
      new EnumMap<>(
          Map.of(
              Certificate.RIGHT, Certificates.TRUSTED.forNames("localhost"),
              Certificate.WRONG_NAME, Certificates.TRUSTED.forNames("elsewhere.example"),
              Certificate.UNKNOWN_AUTHORITY, Certificates.UNKNOWN.forNames("localhost"),
              Certificate.EXPIRED, Certificates.TRUSTED.expired("localhost")));

  private static final Map<Certificate, X509Bundle> CLIENTS =
      new EnumMap<>(
          Map.of(
              Certificate.RIGHT, Certificates.TRUSTED.forNames("client.example"),
              Certificate.UNKNOWN_AUTHORITY, Certificates.UNKNOWN.forNames("client.example"),
              Certificate.EXPIRED, Certificates.TRUSTED.expired("client.example")));

  /** Of the server that is chosen by its name. */
  private static final X509Bundle NAMED = Certificates.TRUSTED.forNames("named.example");

  /** Whom a server knows by that name. */
  static final String NAME = "named.example";

  /** It takes time to make them, and peers only read them. */
  private static final Map<X509Bundle, KeyManager[]> KEY_MANAGERS = new ConcurrentHashMap<>();

  private static final TrustManager[] TRUST_MANAGERS =
      Certificates.TRUSTED.authority().toTrustManagerFactory().getTrustManagers();

  /** An application's, by what they are made of. */
  private final Map<List<?>, SslContext> contexts = new ConcurrentHashMap<>();

  /** The application's context. */
  SslContext context(Conversation conversation) {
    return contexts.computeIfAbsent(
        List.of(
            conversation.engine,
            conversation.version,
            conversation.serves,
            conversation.protocols,
            conversation.clientAuth,
            conversation.serves ? conversation.serverCertificate : conversation.clientCertificate),
        key ->
            conversation.serves
                ? server(conversation, SERVERS.get(conversation.serverCertificate))
                : client(conversation));
  }

  /** The application's context for {@link #NAME}. */
  static SslContext namedContext(Conversation conversation) {
    return server(conversation, NAMED);
  }

  private static SslContext server(Conversation conversation, X509Bundle certificate) {
    return TlsEngine.build(
        common(
            conversation,
            conversation
                .engine
                .server(certificate)
                .trustManager(Certificates.TRUSTED.authority().getCertificate())
                .clientAuth(conversation.clientAuth)));
  }

  private static SslContext client(Conversation conversation) {
    SslContextBuilder builder = conversation.engine.client();
    X509Bundle certificate = CLIENTS.get(conversation.clientCertificate);
    if (certificate != null) {
      builder.keyManager(certificate.getKeyPair().getPrivate(), certificate.getCertificatePath());
    }
    return TlsEngine.build(common(conversation, builder));
  }

  private static SslContextBuilder common(Conversation conversation, SslContextBuilder builder) {
    builder.protocols(conversation.version);
    if (!conversation.protocols.isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              Protocol.ALPN,
              SelectorFailureBehavior.NO_ADVERTISE,
              SelectedListenerFailureBehavior.ACCEPT,
              conversation.protocols));
    }
    return builder;
  }

  /** The peer's context, which is the JDK's own. */
  static SSLContext peerContext(Conversation conversation) throws GeneralSecurityException {
    X509Bundle certificate =
        conversation.serves
            ? CLIENTS.get(conversation.clientCertificate)
            : SERVERS.get(conversation.serverCertificate);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        certificate == null ? null : KEY_MANAGERS.computeIfAbsent(certificate, Keys::managers),
        TRUST_MANAGERS,
        null);
    return context;
  }

  private static KeyManager[] managers(X509Bundle certificate) {
    try {
      return certificate.toKeyManagerFactory().getKeyManagers();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
