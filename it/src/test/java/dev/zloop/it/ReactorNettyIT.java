package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** Reactor Netty at the other end: the same verbs, and the same bytes. */
class ReactorNettyIT {
  private static final int LENGTH = 8 << 20;
  private static final int BUFFER_BYTES = 10_000;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  private static LoopResources nettyLoops;

  @BeforeAll
  static void startNetty() {
    nettyLoops = LoopResources.create("reactor-netty", 2, true);
  }

  @AfterAll
  static void stopNetty() {
    Await.completion(nettyLoops.disposeLater(Duration.ZERO, Await.PATIENCE));
  }

  @Test
  void itsClientGetsEveryByteBackFromOurServer() {
    DisposableServer server = LOOPS.echoServer().bindNow();
    reactor.netty.Connection client =
        reactor.netty.tcp.TcpClient.newConnection()
            .runOn(nettyLoops)
            .host("127.0.0.1")
            .port(server.port())
            .connectNow();
    assertEchoed(
        client.outbound().send(buffers()).then(), client.inbound().receive(), client::dispose);
    server.disposeNow();
  }

  @Test
  void ourClientGetsEveryByteBackFromItsServer() {
    reactor.netty.DisposableServer server =
        reactor.netty.tcp.TcpServer.create()
            .runOn(nettyLoops)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> out.send(in.receive().retain()))
            .bindNow();
    Connection client = LOOPS.client(server.port()).connectNow();
    assertEchoed(
        client.outbound().send(buffers()).then(), client.inbound().receive(), client::dispose);
    server.disposeNow();
  }

  private static Flux<ByteBuf> buffers() {
    return Pattern.DEFAULT.buffers(LENGTH, BUFFER_BYTES);
  }

  private static void assertEchoed(
      Publisher<Void> sending, Flux<ByteBuf> receiving, Runnable dispose) {
    Checker checker = new Checker();
    Mono<Void> all =
        receiving.doOnNext(checker).takeUntil(buffer -> checker.received() == LENGTH).then();
    Await.completion(Mono.when(sending, all));
    assertEquals(LENGTH, checker.received());
    dispose.run();
  }
}
