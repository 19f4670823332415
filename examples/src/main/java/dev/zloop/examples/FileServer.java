package dev.zloop.examples;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.Outbound;
import dev.zloop.reactor.tcp.TcpServer;
import java.io.IOException;
import java.nio.file.Path;
import reactor.core.publisher.Mono;

/**
 * Sends the file whose name it is sent: {@code FileServer PORT DIRECTORY}. Try it with {@code echo
 * NAME | nc -N 127.0.0.1 7000 > copy}. The kernel sends the file, by sendfile(2): its bytes never
 * come into this process.
 */
public final class FileServer {
  private static final int NAME_BYTES_MAX = 255;

  private FileServer() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    Arguments arguments = new Arguments("FileServer PORT DIRECTORY", args, 2);
    Path directory = Path.of(arguments.text(1)).toAbsolutePath().normalize();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(arguments.port())
            .handle((in, out) ->
                in.receive()
                    .lines(NAME_BYTES_MAX)
                    .next()
                    .flatMap(name -> send(directory.resolve(name).normalize(), directory, out)))
            .bindNow();
    System.out.println("sending files on " + server.host() + ":" + server.port());
    server.onDispose().block();
  }

  /** A name such as {@code ../secret} is not let out of the directory. */
  private static Mono<Void> send(Path file, Path directory, Outbound out) {
    Mono<Void> sending =
        file.startsWith(directory)
            ? out.sendFile(file).then()
            : Mono.error(new IOException("not in this directory"));
    return sending.onErrorResume(
        IOException.class,
        error -> out.sendString(Mono.just("cannot be sent: " + error.getMessage() + "\n")).then());
  }
}
