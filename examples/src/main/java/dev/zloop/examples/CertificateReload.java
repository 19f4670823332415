package dev.zloop.examples;

import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpClient;
import dev.zloop.reactor.tcp.TcpServer;
import dev.zloop.reactor.tls.ReloadableSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import reactor.core.publisher.Mono;

/**
 * A server gets a new certificate while it serves: connections that are there go on with the old
 * one, those that come have the new one.
 */
public final class CertificateReload {

  private CertificateReload() {}

  /** Shows it, and ends. */
  public static void main(String[] args) throws SSLException {
    SelfSigned[] own = {SelfSigned.make()};
    ReloadableSslContext context = ReloadableSslContext.of(() -> serverContext(own[0]));
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .secure(tls -> tls.sslContext(context))
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    Connection early = connect(server, own[0]);
    System.out.println("early client: certificate " + serial(early));

    own[0] = SelfSigned.make(); // in a real server, the files are new
    context.reload();

    Connection late = connect(server, own[0]);
    System.out.println("late client:  certificate " + serial(late));
    System.out.println("early client: " + ask(early, "still served"));
    System.out.println("late client:  " + ask(late, "served, too"));
    early.disposeNow();
    late.disposeNow();
    server.disposeNow();
  }

  private static SslContext serverContext(SelfSigned own) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(own.keyStore())) {
      store.load(in, SelfSigned.PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, SelfSigned.PASSWORD.toCharArray());
    return SslContextBuilder.forServer(keys).build();
  }

  private static Connection connect(DisposableServer server, SelfSigned trusted) {
    return TcpClient.create()
        .host("localhost")
        .port(server.port())
        .secure(tls -> tls.trust(trusted.certificate()))
        .connectNow();
  }

  private static String serial(Connection connection) {
    return connection
        .tlsSession()
        .orElseThrow()
        .peerCertificates()
        .getFirst()
        .getSerialNumber()
        .toString(16);
  }

  private static String ask(Connection connection, String text) {
    connection.outbound().sendString(Mono.just(text)).then().subscribe();
    return connection.inbound().receive().asString().next().block();
  }
}
