package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.NativeIoException;
import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Loops;
import dev.zloop.reactor.udp.Datagram;
import dev.zloop.reactor.udp.UdpClient;
import dev.zloop.reactor.udp.UdpConnection;
import dev.zloop.reactor.udp.UdpOption;
import dev.zloop.reactor.udp.UdpServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** UDP as Reactor has it: datagrams in as a flux, and out as a mono. */
class UdpIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private final Queue<UdpConnection> open = new ConcurrentLinkedQueue<>();

  @AfterEach
  void disposeAll() {
    open.forEach(UdpConnection::disposeNow);
  }

  private UdpServer server() {
    return UdpServer.create().host("127.0.0.1").port(0).runOn(LOOPS.group()).doOnBound(open::add);
  }

  private UdpClient client(UdpConnection to) {
    return client(to.port());
  }

  private UdpClient client(int port) {
    return UdpClient.create()
        .host("127.0.0.1")
        .port(port)
        .runOn(LOOPS.group())
        .doOnConnected(open::add);
  }

  private UdpConnection echo() {
    return server().handle((in, out) -> out.send(in.receive().retain())).bindNow();
  }

  /** What a socket receives, by and by. */
  private static Queue<String> collect(UdpConnection socket) {
    Queue<String> texts = new ConcurrentLinkedQueue<>();
    socket.inbound().receive().asString().subscribe(texts::add);
    return texts;
  }

  private static void awaitSize(Queue<?> queue, int size) {
    Await.until(size + " of them", () -> queue.size() >= size);
  }

  private static ByteBuf text(String text) {
    return ByteBufUtil.writeUtf8(ByteBufAllocator.DEFAULT, text);
  }

  private static Datagram datagram(String text, UdpConnection to) {
    return Datagram.of(text(text), to.localAddress());
  }

  // ---- there and back

  @Test
  void aClientGetsItsDatagramsBackOneByOne() {
    UdpConnection server = echo();
    UdpConnection client = client(server).connectNow();
    Queue<String> answers = collect(client);
    Await.completion(client.outbound().sendString(Flux.just("one", "", "three")).then());
    awaitSize(answers, 3);
    assertEquals(List.of("one", "", "three"), List.copyOf(answers));
    assertEquals(server.localAddress(), client.remoteAddress().orElseThrow());
    assertTrue(server.remoteAddress().isEmpty());
  }

  @Test
  void unconnectedSocketsTalkToWhomTheyLike() {
    UdpConnection one = server().bindNow();
    UdpConnection two = server().bindNow();
    Queue<String> atTwo = collect(two);
    UdpConnection answering =
        server()
            .handle((in, out) -> out.send(in.receive().map(asked -> asked.reply(text("to you")))))
            .bindNow();
    Queue<String> atOne = collect(one);
    Await.completion(
        one.outbound()
            .send(Flux.just(datagram("to two", two), datagram("a question", answering)))
            .then());
    awaitSize(atTwo, 1);
    awaitSize(atOne, 1);
    assertEquals("to two", atTwo.poll());
    assertEquals("to you", atOne.poll());
  }

  @Test
  void buffersOfEveryKindAreSentAndReleased() {
    UdpConnection server = server().bindNow();
    Queue<String> received = collect(server);
    UdpConnection client = client(server).connectNow();
    ByteBuf composite =
        ByteBufAllocator.DEFAULT
            .compositeDirectBuffer()
            .addComponent(true, text("com"))
            .addComponent(true, text("posite"));
    ByteBuf slice = text("a slice of it").retainedSlice(2, 5);
    slice.unwrap().release();
    Flux<ByteBuf> buffers =
        Flux.just(
            text("direct"),
            Unpooled.wrappedBuffer("heap".getBytes()),
            composite,
            slice,
            Unpooled.EMPTY_BUFFER);
    Await.completion(client.outbound().send(buffers.map(Datagram::of)).then());
    awaitSize(received, 5);
    assertEquals(List.of("direct", "heap", "composite", "slice", ""), List.copyOf(received));
  }

  @Test
  void datagramsOfAnotherThreadKeepTheirOrder() {
    UdpConnection server = echo();
    UdpConnection client = client(server).connectNow();
    Queue<String> answers = collect(client);
    List<String> texts = IntStream.range(0, 100).mapToObj(i -> "number " + i).toList();
    Await.completion(
        client
            .outbound()
            .sendString(Flux.fromIterable(texts).publishOn(Schedulers.parallel()))
            .then());
    awaitSize(answers, texts.size());
    assertEquals(texts, List.copyOf(answers));
  }

  // ---- demand

  @Test
  void onlyWhatIsRequestedIsReceived() {
    UdpConnection server = server().bindNow();
    UdpConnection client = client(server).connectNow();
    Queue<String> received = new ConcurrentLinkedQueue<>();
    BaseSubscriber<String> subscriber =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {}

          @Override
          protected void hookOnNext(String text) {
            received.add(text);
          }
        };
    server.inbound().receive().asString().subscribe(subscriber);
    Await.completion(client.outbound().sendString(Flux.just("a", "b", "c")).then());
    subscriber.request(2);
    awaitSize(received, 2);
    Await.completion(server.dropped()); // whatever the loop had to do before is done
    assertEquals(List.of("a", "b"), List.copyOf(received));
    subscriber.cancel();
    // The next subscriber goes on where that one stopped.
    assertEquals("c", Await.completion(server.inbound().receive().asString().next()));
  }

  @Test
  void whatNobodyRequestsIsDroppedAndCounted() {
    UdpConnection server = server().option(UdpOption.SO_RCVBUF, 1).bindNow();
    UdpConnection client = client(server).connectNow();
    Flux<String> many = Flux.range(0, 100).map(i -> "a datagram, one of too many: " + i);
    Await.completion(client.outbound().sendString(many).then());
    long dropped = Await.completion(server.dropped());
    assertTrue(dropped > 0 && dropped <= 100, "dropped: " + dropped);
    Queue<String> received = collect(server);
    awaitSize(received, 100 - (int) dropped);
    server.disposeNow();
    assertEquals(100 - dropped, received.size());
    assertEquals(dropped, Await.completion(server.dropped()));
  }

  @Test
  void oneSubscriberAtATimeReceives() {
    UdpConnection server = server().bindNow();
    Queue<String> received = collect(server);
    var refused =
        assertThrows(
            IllegalStateException.class, () -> Await.completion(server.inbound().receive().next()));
    assertTrue(refused.getMessage().contains("one at a time"), refused::getMessage);
    Await.completion(client(server).connectNow().outbound().sendString(Mono.just("x")).then());
    awaitSize(received, 1);
  }

  // ---- what goes wrong with a datagram

  @Test
  void aDatagramThatIsTooLongSaysThatItWasTruncated() {
    UdpConnection server = server().option(UdpOption.DATAGRAM_BYTES_MAX, 4).bindNow();
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    server
        .inbound()
        .receive()
        .subscribe(datagram ->
            seen.add(datagram.content().readableBytes() + " " + datagram.isTruncated()));
    UdpConnection client = client(server).connectNow();
    Await.completion(client.outbound().sendString(Flux.just("four", "fives")).then());
    awaitSize(seen, 2);
    assertEquals(List.of("4 false", "4 true"), List.copyOf(seen));
  }

  @Test
  void anErrorOfTheNetworkIsToldAndTheSocketGoesOn() {
    UdpConnection gone = server().bindNow();
    int port = gone.port();
    gone.disposeNow();
    Queue<String> errors = new ConcurrentLinkedQueue<>();
    UdpConnection client =
        client(port).doOnSocketError((socket, error) -> errors.add(error.errnoName())).connectNow();
    Queue<String> answers = collect(client);
    Await.completion(client.outbound().sendString(Mono.just("is anybody there?")).then());
    awaitSize(errors, 1);
    assertEquals("ECONNREFUSED", errors.peek());

    server().port(port).handle((in, out) -> out.send(in.receive().retain())).bindNow();
    Await.completion(client.outbound().sendString(Mono.just("now?")).then());
    awaitSize(answers, 1);
    assertEquals("now?", answers.poll());
    assertFalse(client.isDisposed());
  }

  @Test
  void aDatagramThatCannotBeSentDoesNotHoldUpTheOthers() {
    UdpConnection server = server().bindNow();
    Queue<String> received = collect(server);
    Queue<NativeIoException> errors = new ConcurrentLinkedQueue<>();
    UdpConnection client =
        client(server).doOnSocketError((socket, error) -> errors.add(error)).connectNow();
    Flux<String> texts = Flux.just("first", "x".repeat(65_508), "last");
    var failure =
        assertThrows(
            RuntimeException.class,
            () -> Await.completion(client.outbound().sendString(texts).then()));
    var cause = assertInstanceOf(NativeIoException.class, failure.getCause());
    assertEquals("EMSGSIZE", cause.errnoName());
    assertEquals(List.of(cause), List.copyOf(errors));
    awaitSize(received, 2);
    assertEquals(List.of("first", "last"), List.copyOf(received));
  }

  @Test
  void aDatagramThatIsLongerThanTheQueueFailsAlone() {
    UdpConnection server = server().bindNow();
    Queue<String> received = collect(server);
    UdpConnection client = client(server).connectNow();
    Flux<String> texts = Flux.just("x".repeat((1 << 20) + 1), "last");
    var failure =
        assertThrows(
            RuntimeException.class,
            () -> Await.completion(client.outbound().sendString(texts).then()));
    var cause = assertInstanceOf(NativeIoException.class, failure.getCause());
    assertEquals("EMSGSIZE", cause.errnoName());
    awaitSize(received, 1);
    assertEquals("last", received.poll());
    assertFalse(client.isDisposed());
  }

  @Test
  void aRecipientThatMakesNoSenseIsRefused() {
    UdpConnection socket = server().bindNow();
    var unresolved = Datagram.of(text("x"), InetSocketAddress.createUnresolved("somewhere", 1));
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Await.completion(socket.outbound().send(Mono.just(unresolved)).then()));
    assertTrue(refused.getMessage().contains("somewhere"), refused::getMessage);
    assertSendFails(socket, Datagram.of(text("to nobody")), "each datagram needs a recipient");
    var broadcast = new InetSocketAddress("255.255.255.255", 9);
    assertSendFails(socket, Datagram.of(text("to all"), broadcast), "");
  }

  private static void assertSendFails(UdpConnection socket, Datagram datagram, String part) {
    var failure =
        assertThrows(
            RuntimeException.class,
            () -> Await.completion(socket.outbound().send(Mono.just(datagram)).then()));
    var cause = assertInstanceOf(NativeIoException.class, failure.getCause());
    assertTrue(cause.getMessage().contains(part), cause::getMessage);
  }

  // ---- the end

  @Test
  void aHandlerThatCompletesEndsItsSocket() {
    UdpConnection server =
        server()
            .handle((in, out) -> out.send(in.receive().take(1).map(Datagram::retain)))
            .bindNow();
    UdpConnection client = client(server).connectNow();
    Queue<String> answers = collect(client);
    Await.completion(client.outbound().sendString(Mono.just("once")).then());
    awaitSize(answers, 1);
    Await.completion(server.onDispose());
  }

  @Test
  void aHandlerThatFailsEndsItsSocketAndIsTold() {
    AtomicReference<Throwable> told = new AtomicReference<>();
    UdpConnection server =
        server()
            .handle((in, out) -> Mono.error(new IllegalStateException("planned")))
            .doOnError((socket, error) -> told.set(error))
            .bindNow();
    Await.completion(server.onDispose());
    Await.until("it is told", () -> told.get() != null);
    assertEquals("planned", told.get().getMessage());
  }

  @Test
  void disposingCompletesTheReceivingAndFailsTheSending() {
    UdpConnection socket = server().bindNow();
    Mono<Void> received = socket.inbound().receive().then();
    var completion = received.toFuture();
    socket.disposeNow();
    Await.completion(completion);
    assertTrue(socket.isDisposed());
    var failure =
        assertThrows(
            RuntimeException.class,
            () ->
                Await.completion(
                    socket.outbound().send(Mono.just(datagram("late", socket))).then()));
    assertInstanceOf(IOException.class, failure.getCause());
    Await.completion(socket.inbound().receive().then());
  }

  @Test
  void aSendThatIsCancelledReleasesWhatComesLater() {
    UdpConnection socket = server().bindNow();
    Flux<Datagram> endless = Flux.generate(sink -> sink.next(datagram("again", socket)));
    var sending = socket.outbound().send(endless).then().subscribe();
    Queue<String> received = collect(socket);
    awaitSize(received, 1_000);
    sending.dispose();
    Await.completion(socket.dropped());
  }

  @Test
  void aClosedLoopEndsItsSockets() {
    ZLoop loop = ZLoop.builder().name("short-lived").build().start();
    UdpConnection socket = UdpServer.create().host("127.0.0.1").runOn(loop).bindNow();
    var received = socket.inbound().receive().then().toFuture();
    loop.close();
    Await.completion(loop.onClosed());
    Await.until("it has ended", received::isCompletedExceptionally);
    Await.completion(socket.onDispose());
    var failure =
        assertThrows(
            RuntimeException.class,
            () ->
                Await.completion(
                    socket.outbound().send(Mono.just(datagram("late", socket))).then()));
    assertInstanceOf(IOException.class, failure.getCause());
  }

  // ---- beginnings

  @Test
  void aPortThatIsTakenSaysSo() {
    UdpConnection first = server().bindNow();
    var failure = assertThrows(RuntimeException.class, () -> server().port(first.port()).bindNow());
    var cause = assertInstanceOf(NativeIoException.class, failure.getCause());
    assertEquals("EADDRINUSE", cause.errnoName());
  }

  @Test
  void whatCannotWorkSaysSoAtOnce() {
    var noPort =
        assertThrows(
            IllegalArgumentException.class, () -> Await.completion(UdpClient.create().connect()));
    assertTrue(noPort.getMessage().startsWith("no port to send to was set"), noPort::getMessage);
    var ttl =
        assertThrows(IllegalArgumentException.class, () -> server().option(UdpOption.IP_TTL, 256));
    assertTrue(ttl.getMessage().startsWith("ttl is 256"), ttl::getMessage);
  }

  @Test
  void theContextOfWhoBindsReachesTheHandler() {
    AtomicReference<String> seen = new AtomicReference<>();
    Mono<UdpConnection> bind =
        server()
            .handle((in, out) ->
                Mono.deferContextual(context -> {
                  seen.set(context.get("who"));
                  return Mono.never();
                }))
            .bind();
    bind.contextWrite(context -> context.put("who", "me")).block(Duration.ofMinutes(1));
    assertEquals("me", seen.get());
  }
}
