package dev.zloop.it.tls;

import dev.zloop.it.tls.Outcome.Aspect;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** The application on Reactor Netty's server and client. */
final class NettySide implements Side {
  private final Keys keys = new Keys();
  private final LoopResources loops;

  NettySide(LoopResources loops) {
    this.loops = loops;
  }

  @Override
  public Server serve(Application application) {
    DisposableServer server =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .secure(tls -> {
              SslProvider.Builder builder = tls.sslContext(keys.context(application.conversation));
              if (application.conversation.byName) {
                builder.addSniMapping(
                    Keys.NAME,
                    named -> named.sslContext(Keys.namedContext(application.conversation)));
              }
            })
            .doOnConnection(connection -> onConnected(application, connection))
            .handle((in, out) -> application.handle(in.receive(), out::send))
            .bindNow();
    return new Server() {
      @Override
      public int port() {
        return server.port();
      }

      @Override
      public void close() {
        server.disposeNow();
      }
    };
  }

  @Override
  public void connect(Application application, int port) {
    TcpClient.newConnection()
        .runOn(loops)
        .remoteAddress(
            () -> InetSocketAddress.createUnresolved(application.conversation.serverName, port))
        .secure(SslProvider.builder().sslContext(keys.context(application.conversation)).build())
        .doOnConnected(connection -> onConnected(application, connection))
        .handle((in, out) -> application.handle(in.receive(), out::send))
        .connect()
        .subscribe(connection -> {}, error -> application.outcome.saw(Aspect.FAILED, error));
  }

  @Override
  public boolean tellsServersOfFailures() {
    return false; // the log alone is
  }

  private static void onConnected(Application application, Connection connection) {
    Outcome outcome = application.outcome;
    outcome.saw(Aspect.CONNECTED, "called");
    SslHandler handler = connection.channel().pipeline().get(SslHandler.class);
    SSLSession session = handler.engine().getSession();
    String protocol = handler.applicationProtocol();
    outcome.saw(
        Aspect.AGREED,
        String.join(
            " ",
            session.getProtocol(),
            session.getCipherSuite(),
            protocol == null ? "-" : protocol,
            peer(session)));
    connection
        .onDispose()
        .subscribe(nothing -> {}, null, () -> outcome.saw(Aspect.DISPOSED, Outcome.COMPLETE));
  }

  private static String peer(SSLSession session) {
    try {
      return session.getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException gaveNone) {
      return "-";
    }
  }
}
