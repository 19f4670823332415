package dev.zloop.examples;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * As much HTTP/1.0 (RFC 1945) as curl needs to be told something: {@code TinyHttp [PORT]}, 7000 by
 * default. To show lines and limits; for HTTP there are better servers.
 */
public final class TinyHttp {
  private static final int LINE_BYTES_MAX = 8 << 10;
  private static final int LINES_MAX = 100;

  private TinyHttp() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("TinyHttp [PORT]", args, 1).port();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(port)
            .maxConnections(1000)
            .handle((in, out) ->
                in.receive()
                    .lines(LINE_BYTES_MAX)
                    .take(LINES_MAX)
                    .takeUntil(String::isEmpty)
                    .collectList()
                    .timeout(Duration.ofSeconds(10)) // whoever is slower is cut off
                    .flatMap(request -> respond(request, out)))
            .bindNow();
    System.out.println("serving http://" + server.host() + ":" + server.port() + "/");
    server.onDispose().block();
  }

  /** The connection is closed after that, which is the end of the response. */
  private static Mono<Void> respond(List<String> request, Outbound out) {
    String[] words = request.isEmpty() ? new String[0] : request.getFirst().split(" ");
    boolean isUnderstood = words.length == 3 && words[2].startsWith("HTTP/1.");
    if (!isUnderstood || !request.getLast().isEmpty()) {
      return send(out, "400 Bad Request", "expected a request of HTTP/1.x\n");
    }
    return switch (words[0]) {
      case "GET" -> send(out, "200 OK", "you asked for " + words[1] + "\n");
      default -> send(out, "501 Not Implemented", "expected GET\n");
    };
  }

  private static Mono<Void> send(Outbound out, String status, String text) {
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    String head = "HTTP/1.0 " + status + "\r\nContent-Length: " + length + "\r\n\r\n";
    return out.sendString(Mono.just(head + text)).then();
  }
}
