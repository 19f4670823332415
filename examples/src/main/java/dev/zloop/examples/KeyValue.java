package dev.zloop.examples;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers values by name, a line a command: {@code KeyValue [PORT]}, 7000 by default. Try it with
 * {@code nc}: {@code set NAME VALUE}, {@code get NAME}.
 *
 * <p>A line of more than {@value #LINE_BYTES_MAX} bytes ends the connection of whoever sent it.
 */
public final class KeyValue {
  private static final int LINE_BYTES_MAX = 1024;

  private final Map<String, String> values = new ConcurrentHashMap<>();

  private KeyValue() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("KeyValue [PORT]", args, 1).port();
    KeyValue store = new KeyValue();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(port)
            .handle((in, out) ->
                out.sendString(
                    in.receive().lines(LINE_BYTES_MAX).map(line -> store.answer(line) + "\n")))
            .bindNow();
    System.out.println("remembering on " + server.host() + ":" + server.port());
    server.onDispose().block();
  }

  private String answer(String line) {
    String[] words = line.split(" ", 3);
    if (words.length == 3 && words[0].equals("set")) {
      values.put(words[1], words[2]);
      return "ok";
    }
    if (words.length == 2 && words[0].equals("get")) {
      String value = values.get(words[1]);
      return value == null ? "none" : "= " + value;
    }
    return "expected: set NAME VALUE, or get NAME";
  }
}
