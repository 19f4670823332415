package dev.zloop.it.tls;

import dev.zloop.it.support.Loops;
import dev.zloop.it.support.TlsEngine;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import io.netty.handler.ssl.SslContext;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import reactor.core.publisher.Mono;

/**
 * As much of a mail server as it takes to be asked for STARTTLS (RFC 3207) and given one mail (RFC
 * 5321): what it is told, line by line, and what came by TLS.
 */
final class SmtpServer implements AutoCloseable {
  private final Queue<String> plainLines = new ConcurrentLinkedQueue<>();
  private final Queue<String> secureLines = new ConcurrentLinkedQueue<>();
  private final DisposableServer server;

  SmtpServer(Loops loops, TlsEngine engine) {
    SslContext context = WatchedServer.context(engine, WatchedServer.CERTIFICATE, builder -> {});
    server = loops.server().doOnConnection(c -> new Dialogue(c, context).begin()).bindNow();
  }

  int port() {
    return server.port();
  }

  Queue<String> plainLines() {
    return plainLines;
  }

  Queue<String> secureLines() {
    return secureLines;
  }

  @Override
  public void close() {
    server.disposeNow();
  }

  /** With one client, on the connection's loop. */
  private final class Dialogue {
    private final Connection connection;
    private final SslContext context;
    private boolean inMail;

    Dialogue(Connection connection, SslContext context) {
      this.connection = connection;
      this.context = context;
    }

    void begin() {
      connection.inbound().receive().lines(1000).subscribe(this::onLine, failure -> {});
      reply("220 localhost ESMTP").subscribe();
    }

    private Mono<Void> reply(String line) {
      return connection.outbound().sendString(Mono.just(line + "\r\n")).then();
    }

    private void onLine(String line) {
      boolean secure = connection.tlsSession().isPresent();
      (secure ? secureLines : plainLines).add(line);
      if (inMail) {
        if (line.equals(".")) {
          inMail = false;
          reply("250 taken").subscribe();
        }
        return;
      }
      switch (line.split(" ")[0].toUpperCase(java.util.Locale.ROOT)) {
        case "EHLO" ->
            reply(secure ? "250 localhost" : "250-localhost\r\n250 STARTTLS").subscribe();
        case "STARTTLS" ->
            reply("220 go ahead")
                .then(connection.startTlsAsServer(tls -> tls.sslContext(context)))
                .subscribe(session -> {}, failure -> plainLines.add("failed: " + failure));
        case "DATA" -> {
          inMail = true;
          reply("354 go ahead").subscribe();
        }
        case "QUIT" -> reply("221 bye").subscribe(null, null, connection::dispose);
        default -> reply("250 ok").subscribe();
      }
    }
  }
}
