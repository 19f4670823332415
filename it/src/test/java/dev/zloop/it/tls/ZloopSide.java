package dev.zloop.it.tls;

import dev.zloop.it.support.Loops;
import dev.zloop.it.tls.Outcome.Aspect;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tls.TlsSession;

/** The application on our own server and client. */
final class ZloopSide implements Side {
  private final Keys keys = new Keys();
  private final Loops loops;

  ZloopSide(Loops loops) {
    this.loops = loops;
  }

  @Override
  public Server serve(Application application) {
    DisposableServer server =
        loops
            .server()
            .secure(tls -> {
              tls.sslContext(keys.context(application.conversation));
              if (application.conversation.byName) {
                tls.serverName(Keys.NAME, Keys.namedContext(application.conversation));
              }
            })
            .doOnConnection(connection -> onConnected(application, connection))
            .doOnError((connection, error) -> application.outcome.saw(Aspect.FAILED, error))
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
    loops
        .client(port)
        .host(application.conversation.serverName)
        .secure(keys.context(application.conversation))
        .doOnConnected(connection -> onConnected(application, connection))
        .doOnError((connection, error) -> application.outcome.saw(Aspect.FAILED, error))
        .handle((in, out) -> application.handle(in.receive(), out::send))
        .connect()
        .subscribe(connection -> {}, error -> application.outcome.saw(Aspect.FAILED, error));
  }

  @Override
  public boolean tellsServersOfFailures() {
    return true;
  }

  private static void onConnected(Application application, Connection connection) {
    Outcome outcome = application.outcome;
    outcome.saw(Aspect.CONNECTED, "called");
    TlsSession session = connection.tlsSession().orElseThrow();
    outcome.saw(
        Aspect.AGREED,
        String.join(
            " ",
            session.protocol(),
            session.cipherSuite(),
            session.applicationProtocol().orElse("-"),
            session.peerCertificates().isEmpty()
                ? "-"
                : session.peerCertificates().getFirst().getSubjectX500Principal().getName()));
    connection
        .onDispose()
        .subscribe(nothing -> {}, null, () -> outcome.saw(Aspect.DISPOSED, Outcome.COMPLETE));
  }
}
