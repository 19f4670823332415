package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** What one says, everybody hears. */
public final class Chat implements Ported {
  private final Sinks.Many<String> said = Sinks.many().multicast().directBestEffort();
  private final DisposableServer server;

  public Chat(LoopResources loops) {
    server =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> {
              Mono<Void> hearing = out.sendString(said.asFlux()).then();
              Mono<Void> speaking = in.receive().asString().doOnNext(this::say).then();
              return Mono.firstWithSignal(speaking, hearing);
            })
            .bindNow();
  }

  private synchronized void say(String text) {
    said.tryEmitNext(text);
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
