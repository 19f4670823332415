package dev.zloop.examples;

import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import io.netty.buffer.ByteBuf;
import reactor.core.publisher.Mono;

/**
 * Throws away what it gets, and counts (RFC 863): {@code Discard [PORT]}, 7000 by default. Try it
 * with {@code head -c 1000000000 /dev/zero | nc -N 127.0.0.1 7000}.
 */
public final class Discard {

  private Discard() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("Discard [PORT]", args, 1).port();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(port)
            .handle((in, out) -> {
              Mono<Long> bytes =
                  in.receive()
                      .map(ByteBuf::readableBytes)
                      .reduce(0L, (sum, length) -> sum + length);
              return bytes.doOnNext(sum -> System.out.println(sum + " bytes")).then();
            })
            .bindNow();
    System.out.println("discarding on " + server.host() + ":" + server.port());
    server.onDispose().block();
  }
}
