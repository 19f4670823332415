package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import dev.zloop.it.support.Certificates;
import dev.zloop.it.support.TlsEngine;
import io.netty.handler.ssl.SslContext;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** Sends back what it gets, over TLS. */
public final class TlsEcho implements Ported {
  private final DisposableServer server;

  public TlsEcho(LoopResources loops) {
    SslContext context =
        TlsEngine.build(TlsEngine.JDK.server(Certificates.TRUSTED.forNames("localhost")));
    server =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .secure(tls -> tls.sslContext(context))
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
