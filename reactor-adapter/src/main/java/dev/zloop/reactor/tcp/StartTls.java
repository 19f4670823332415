package dev.zloop.reactor.tcp;

import dev.zloop.reactor.pipeline.Tls;
import dev.zloop.reactor.pipeline.TlsHandshake;
import dev.zloop.reactor.stream.TransportStream;
import dev.zloop.reactor.tls.TlsException;
import dev.zloop.reactor.tls.TlsSession;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** TLS on a connection that has spoken plaintext so far. */
record StartTls(TcpConnection connection, MonoSink<TlsSession> sink)
    implements TlsHandshake.Callback {

  static Mono<TlsSession> on(TcpConnection connection, Tls tls) {
    return Mono.create(sink ->
        connection.runOnLoop(
            () -> new StartTls(connection, sink).begin(tls),
            closed -> sink.error(connection.closedException(closed))));
  }

  private void begin(Tls tls) {
    if (connection.isDisposed()) {
      sink.error(connection.closedException(null));
    } else if (!(connection.stream() instanceof TransportStream)) {
      sink.error(new IllegalStateException(connection + " speaks TLS already, or is about to"));
    } else if (connection.isSending()) {
      sink.error(
          new IllegalStateException(
              "something is being sent on " + connection + ": startTls once that is complete"));
    } else if (connection.keptBytes() > 0) {
      refusePlaintext();
    } else {
      connection.secure(tls, this);
    }
  }

  /** What came in plaintext must not pass for what came by TLS (RFC 3207, section 6). */
  private void refusePlaintext() {
    TlsException injected =
        new TlsException(
            TlsException.Reason.BROKEN_PROTOCOL,
            connection
                + " received "
                + connection.keptBytes()
                + " bytes of plaintext behind the last that was read, which could be somebody"
                + " else's commands: a peer sends nothing between asking for TLS and its handshake",
            null);
    connection.abortNow(injected);
    sink.error(injected);
  }

  @Override
  public void onSecured(TlsSession session) {
    sink.success(session);
  }

  @Override
  public void onFailed(TlsException cause) {
    sink.error(cause);
  }
}
