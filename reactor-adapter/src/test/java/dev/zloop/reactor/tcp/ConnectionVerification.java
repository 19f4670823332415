package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.ZLoopThreads;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What is the same for all publishers of a connection: one connection for each of them. */
abstract class ConnectionVerification extends PublisherVerification<Integer> {
  /** How long something may take that is to happen; and how long nothing is to happen. */
  private static final long PATIENCE_MILLIS = 20_000;

  private static final long SILENCE_MILLIS = 20;

  /** How often it is looked whether an error has come. */
  private static final long POLL_MILLIS = 5;

  /** A finite number, which all fit into what a socket and a decoder hold. */
  private static final long ELEMENTS_MAX = 1_000;

  private final List<ZLoop> loops = new ArrayList<>();

  ConnectionVerification() {
    super(new TestEnvironment(PATIENCE_MILLIS, SILENCE_MILLIS, POLL_MILLIS, false));
  }

  @Override
  public long maxElementsFromPublisher() {
    return ELEMENTS_MAX;
  }

  @Override
  public long boundedDepthOfOnNextAndRequestRecursion() {
    return 1;
  }

  @AfterMethod
  public void closeLoops() {
    loops.forEach(ZLoop::close);
    loops.forEach(loop -> loop.onClosed().toCompletableFuture().join());
    loops.clear();
  }

  /** A connection to a server that sends what it is told, and closes. */
  final Connection connectTo(Flux<ByteBuf> sent) {
    ZLoop loop = ZLoop.builder().threadFactory(ZLoopThreads.factory()).build().start();
    loops.add(loop);
    DisposableServer server =
        TcpServer.create()
            .runOn(loop)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> out.send(sent))
            .bindNow();
    return TcpClient.create().runOn(loop).host("127.0.0.1").port(server.port()).connectNow();
  }

  /** A connection to a server that sends so many bytes. */
  final Connection connect(long elements) {
    return connectTo(
        elements == 0
            ? Flux.empty()
            : Flux.just(Unpooled.directBuffer((int) elements).writeZero((int) elements)));
  }

  /** A server that sends the next byte when it hears that the one before was received. */
  final class Paced {
    private final Sinks.Many<Integer> heard = Sinks.many().unicast().onBackpressureBuffer();
    private final long elements;

    Paced(long elements) {
      this.elements = elements;
    }

    Connection connect() {
      return connectTo(
          Flux.concat(Mono.just(0), heard.asFlux())
              .take(elements)
              .map(any -> Unpooled.directBuffer(1).writeByte(1)));
    }

    int received(ByteBuf buffer) {
      heard.tryEmitNext(0);
      return buffer.readableBytes();
    }
  }
}
