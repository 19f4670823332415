package dev.zloop.it.migration.programs;

import dev.zloop.it.migration.Ported;
import java.util.Locale;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

/** Answers in capitals, on another thread than the connection's. */
public final class Upper implements Ported {
  private final DisposableServer server;

  public Upper(LoopResources loops) {
    server =
        TcpServer.create()
            .runOn(loops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> {
              Flux<String> answers =
                  in.receive()
                      .asString()
                      .publishOn(reactor.core.scheduler.Schedulers.parallel())
                      .map(text -> text.toUpperCase(Locale.ROOT));
              return out.sendString(answers);
            })
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
