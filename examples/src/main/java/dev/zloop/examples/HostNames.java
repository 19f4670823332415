package dev.zloop.examples;

import dev.zloop.reactor.Blocking;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.TcpServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * Answers each line, the name of a host, with its addresses: {@code HostNames [PORT]}, 7000 by
 * default. The JDK blocks until it knows them, so it is asked where that does no harm.
 */
public final class HostNames {
  private static final int LINE_BYTES_MAX = 256;

  private HostNames() {}

  /** Serves until it is killed. */
  public static void main(String[] args) {
    int port = new Arguments("HostNames [PORT]", args, 1).port();
    DisposableServer server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(port)
            .handle((in, out) ->
                out.sendString(in.receive().lines(LINE_BYTES_MAX).concatMap(HostNames::answer, 1)))
            .bindNow();
    System.out.println("looking up on " + server.host() + ":" + server.port());
    server.onDispose().block();
  }

  private static Mono<String> answer(String host) {
    return Blocking.call(() -> InetAddress.getAllByName(host), Blocking.virtualThreads())
        .map(HostNames::list) // on the connection's loop
        .onErrorResume(UnknownHostException.class, e -> Mono.just("unknown: " + host + "\n"));
  }

  private static String list(InetAddress[] addresses) {
    return Arrays.stream(addresses)
        .map(InetAddress::getHostAddress)
        .collect(Collectors.joining(" ", "", "\n"));
  }
}
