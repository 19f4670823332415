package dev.zloop.reactor.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Objects, groups and clean-up of what is sent. */
class OutboundTest {
  private final SimulatedSend send = new SimulatedSend();
  private final Sinks.Many<ByteBuf> source = Sinks.many().unicast().onBackpressureBuffer();
  private final List<ByteBuf> made = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    send.close();
    made.forEach(buffer -> assertEquals(0, buffer.refCnt(), "a buffer that is not released"));
  }

  private ByteBuf buffer(String text) {
    ByteBuf buffer = Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
    made.add(buffer);
    return buffer;
  }

  private void emit(String text) {
    source.emitNext(buffer(text), Sinks.EmitFailureHandler.FAIL_FAST);
    send.settle();
  }

  private static boolean endsLine(ByteBuf buffer) {
    return buffer.getByte(buffer.writerIndex() - 1) == '\n';
  }

  // ---- groups

  @Test
  void aGroupGoesOutWithItsLastBuffer() {
    CompletableFuture<Void> end =
        send.out().send(source.asFlux(), OutboundTest::endsLine).then().toFuture();
    emit("one ");
    emit("two");
    assertEquals("", send.peer.receivedText());
    emit("\n");
    assertEquals("one two\n", send.peer.receivedText());
    emit("three");
    assertEquals("one two\n", send.peer.receivedText());
    assertFalse(end.isDone());
  }

  @Test
  void theEndOfThePublisherFlushes() {
    CompletableFuture<Void> end =
        send.out().send(source.asFlux(), OutboundTest::endsLine).then().toFuture();
    emit("rest");
    source.tryEmitComplete();
    send.simulation.await(end);
    send.untilReceived(4);
  }

  @Test
  void aPublisherThatFailsFlushesWhatItGave() {
    RuntimeException failure = new IllegalStateException("on purpose");
    Flux<ByteBuf> failing =
        Flux.concat(Mono.fromSupplier(() -> buffer("rest")), Mono.error(failure));
    assertSame(failure, send.failure(send.out().send(failing, buffer -> false).then()));
    send.untilReceived(4);
  }

  @Test
  void aCancelledGroupIsFlushedAsFarAsItWasGiven() {
    Disposable sending = send.out().send(source.asFlux(), buffer -> false).then().subscribe();
    emit("rest");
    assertEquals("", send.peer.receivedText());
    sending.dispose();
    send.settle();
    assertEquals("rest", send.peer.receivedText());
  }

  @Test
  void aGroupThatFillsTheQueueIsFlushed() {
    int count = 200;
    Flux<ByteBuf> buffers = Flux.range(0, count).map(i -> buffer("x".repeat(10_000)));
    send.simulation.await(send.out().send(buffers, buffer -> false).then().toFuture());
    send.untilReceived(count * 10_000L);
  }

  @Test
  void anotherSenderFlushesAll() {
    send.out().send(source.asFlux(), buffer -> false).then().subscribe();
    emit("one ");
    send.simulation.await(send.out().sendString(Mono.just("two")).then().toFuture());
    send.untilReceived(7);
    assertEquals("one two", send.peer.receivedText());
  }

  @Test
  void aPredicateThatThrowsFailsTheSendAfterWhatCameBefore() {
    RuntimeException failure = new IllegalStateException("on purpose");
    Flux<ByteBuf> buffers = Flux.just("one", "two", "three").map(this::buffer);
    Mono<Void> sending =
        send.out()
            .send(
                buffers,
                buffer -> {
                  if (made.size() == 2) {
                    throw failure;
                  }
                  return false;
                })
            .then();
    assertSame(failure, send.failure(sending));
    send.settle();
    assertEquals("one", send.peer.receivedText());
  }

  // ---- objects

  @Test
  void objectsAreSentAsTheyAreEncoded() {
    send.simulation.await(
        send.out()
            .sendObject(Flux.just(1, 2, 3), (number, bytes) -> bytes.writeByte(number))
            .sendObject(Mono.just("end"), (text, bytes) -> bytes.writeBytes(text.getBytes()))
            .then()
            .toFuture());
    send.untilReceived(6);
    assertArrayEquals(new byte[] {1, 2, 3, 'e', 'n', 'd'}, send.peer.received());
  }

  @Test
  void anEncoderThatThrowsFailsTheSendAndItsBytesAreNotSent() {
    RuntimeException failure = new IllegalStateException("on purpose");
    List<ByteBuf> given = new ArrayList<>();
    Mono<Void> sending =
        send.out()
            .<Integer>sendObject(
                Flux.just(1, 2),
                (number, bytes) -> {
                  given.add(bytes);
                  bytes.writeByte(number);
                  if (number == 2) {
                    throw failure;
                  }
                })
            .then();
    assertSame(failure, send.failure(sending));
    send.settle();
    assertArrayEquals(new byte[] {1}, send.peer.received());
    assertEquals(0, given.getLast().refCnt());
  }

  // ---- clean-up

  @Test
  void whatIsChainedIsCleanedUpBeforeTheNextBegins() {
    List<String> order = new ArrayList<>();
    send.simulation.await(
        send.out()
            .sendString(Mono.just("one"))
            .then(Mono.fromRunnable(() -> order.add("other")), () -> order.add("clean-up"))
            .then(Mono.fromRunnable(() -> order.add("next")))
            .then()
            .toFuture());
    assertEquals(List.of("other", "clean-up", "next"), order);
  }

  @Test
  void aFailureIsCleanedUpAfterToo() {
    List<String> order = new ArrayList<>();
    RuntimeException failure = new IllegalStateException("on purpose");
    Mono<Void> sending =
        send.out()
            .send(Mono.error(failure))
            .then(Mono.fromRunnable(() -> order.add("other")), () -> order.add("clean-up"))
            .then();
    assertSame(failure, send.failure(sending));
    assertEquals(List.of("clean-up"), order);
  }

  @Test
  void whatIsCancelledIsCleanedUpAfterOnce() {
    List<String> order = new ArrayList<>();
    Disposable sending =
        send.out().then(Mono.never(), () -> order.add("clean-up")).then().subscribe();
    assertTrue(order.isEmpty());
    sending.dispose();
    sending.dispose();
    assertEquals(List.of("clean-up"), order);
  }
}
