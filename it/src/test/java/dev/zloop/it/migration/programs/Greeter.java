package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import java.nio.charset.StandardCharsets;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** Says two things, one after the other, and hangs up. */
public final class Greeter implements Ported {
  private final DisposableServer server;

  public Greeter(LoopResources loops) {
    server =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) ->
                out.sendString(Flux.just("hel", "lo "), StandardCharsets.UTF_8)
                    .sendByteArray(Mono.just(new byte[] {'y', 'o', 'u', '!'}))
                    .then())
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
