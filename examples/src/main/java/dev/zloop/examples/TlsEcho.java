package dev.zloop.examples;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;

/**
 * Sends back what it gets, over TLS: {@code TlsEcho [PORT]}, 7443 by default. Its certificate is
 * new with each start, and vouches for itself.
 */
public final class TlsEcho {

  private TlsEcho() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("TlsEcho [PORT]", args, 1).port(7443);
    SelfSigned own = SelfSigned.make();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(port)
            .secure(tls -> tls.keyStore(own.keyStore(), SelfSigned.PASSWORD))
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    System.out.println("echoing over TLS on " + server.host() + ":" + server.port());
    System.out.printf(
        "openssl s_client -connect %s:%d -CAfile %s%n",
        server.host(), server.port(), own.certificate());
    server.onDispose().block();
  }
}
