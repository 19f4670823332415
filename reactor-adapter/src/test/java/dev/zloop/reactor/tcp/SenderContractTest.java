package dev.zloop.reactor.tcp;

import dev.zloop.core.ZLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import reactor.core.publisher.Flux;

/** The Reactive Streams TCK for subscribers, over what {@code send} subscribes to its publisher. */
public class SenderContractTest extends SubscriberBlackboxVerification<ByteBuf> {
  private ZLoop loop;
  private DisposableServer server;
  private Connection connection;

  /** Patient about what has to happen; for a moment it looks that something does not. */
  public SenderContractTest() {
    super(new TestEnvironment(10_000, 50));
  }

  @BeforeClass
  void connect() {
    loop = ZLoop.builder().name("sender-contract").build().start();
    server =
        TcpServer.create()
            .runOn(loop)
            .host("127.0.0.1")
            .port(0)
            .handle((in, out) -> in.receive().then())
            .bindNow();
    connection = TcpClient.create().runOn(loop).host("127.0.0.1").port(server.port()).connectNow();
  }

  @AfterClass
  void close() {
    connection.disposeNow();
    server.disposeNow();
    loop.close();
    loop.onClosed().toCompletableFuture().join();
  }

  /** As a publisher sees it that is no Flux. */
  @Override
  public Subscriber<ByteBuf> createSubscriber() {
    Subscriber<?>[] sender = new Subscriber<?>[1];
    Flux<ByteBuf> publisher = Flux.from(subscriber -> sender[0] = subscriber);
    connection.outbound().send(publisher).then().subscribe(nothing -> {}, failure -> {});
    @SuppressWarnings("unchecked")
    Subscriber<ByteBuf> subscriber = (Subscriber<ByteBuf>) sender[0];
    return subscriber;
  }

  @Override
  public ByteBuf createElement(int element) {
    return Unpooled.directBuffer(4).writeInt(element);
  }
}
