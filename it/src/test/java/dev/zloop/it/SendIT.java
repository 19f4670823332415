package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Background;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.Outbound;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What {@code send()} promises: order, wholeness, and that it releases whatever it is given. */
class SendIT {
  private static final int MEBIBYTE = 1 << 20;
  private static final byte[] NEXT = "next".getBytes(StandardCharsets.US_ASCII);

  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  private final List<ByteBuf> given = Collections.synchronizedList(new ArrayList<>());
  private ServerSocketChannel listener;
  private Connection client;
  private Peer peer;

  @BeforeEach
  void connect() throws IOException {
    listener = Peer.listen();
    client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
    peer = Peer.accept(listener);
  }

  @AfterEach
  void disconnect() throws IOException {
    peer.close();
    listener.close();
    client.abort();
    Await.completion(client.onDispose());
  }

  private Outbound out() {
    return client.outbound();
  }

  /** Remembers the buffers that it makes, of a length each. */
  private Flux<ByteBuf> buffers(long length, int bufferBytes) {
    return Pattern.DEFAULT.buffers(length, bufferBytes).doOnNext(given::add);
  }

  private void assertAllReleased() {
    Await.until(
        "every buffer released", () -> given.stream().allMatch(buffer -> buffer.refCnt() == 0));
  }

  // ---- any buffer

  static Stream<Named<List<ByteBuf>>> kindsOfBuffers() {
    return Stream.of(
        Named.of("direct", List.of(pooled().directBuffer(8).writeBytes(bytes(0, 1000)))),
        Named.of("heap", List.of(pooled().heapBuffer(8).writeBytes(bytes(0, 1000)))),
        Named.of("a wrapped array", List.of(Unpooled.wrappedBuffer(bytes(0, 1000)))),
        Named.of("unpooled direct", List.of(Pattern.DEFAULT.buffer(0, 1000))),
        Named.of("a wrapped direct ByteBuffer", List.of(Unpooled.wrappedBuffer(directBytes()))),
        Named.of("read-only", List.of(Pattern.DEFAULT.buffer(0, 1000).asReadOnly())),
        Named.of("partly read", List.of(partlyRead(pooled().directBuffer()))),
        Named.of("partly read heap", List.of(partlyRead(pooled().heapBuffer()))),
        Named.of("slices", slices(pooled().directBuffer())),
        Named.of("slices of heap", slices(pooled().heapBuffer())),
        Named.of("a duplicate", List.of(Pattern.DEFAULT.buffer(0, 1000).duplicate())),
        Named.of("a composite of direct ones", List.of(composite(true, true))),
        Named.of("a composite of heap ones", List.of(composite(false, false))),
        Named.of("a composite of both", List.of(composite(true, false))),
        Named.of("a slice of a composite", List.of(sliceOfComposite())),
        Named.of("a composite with empty ones", List.of(compositeWithEmptyOnes())),
        Named.of("empty ones between", withEmptyOnes()),
        Named.of("a composite of one", List.of(compositeOfOne())));
  }

  @ParameterizedTest
  @MethodSource("kindsOfBuffers")
  void anyKindOfBufferIsSentAndReleased(List<ByteBuf> buffers) throws IOException {
    Await.completion(out().send(Flux.fromIterable(buffers)).then());
    peer.receive(Pattern.DEFAULT, 1000);
    buffers.stream()
        .filter(buffer -> buffer != Unpooled.EMPTY_BUFFER)
        .forEach(buffer -> assertEquals(0, buffer.refCnt()));
    Await.completion(out().shutdownOutput().then());
    peer.receiveEnd();
  }

  private static ByteBufAllocator pooled() {
    return PooledByteBufAllocator.DEFAULT;
  }

  private static byte[] bytes(int from, int length) {
    return Pattern.DEFAULT.bytes(from, length);
  }

  private static ByteBuffer directBytes() {
    return ByteBuffer.allocateDirect(1000).put(bytes(0, 1000)).flip();
  }

  private static ByteBuf partlyRead(ByteBuf buffer) {
    return buffer
        .writeZero(77)
        .writeBytes(bytes(0, 1000))
        .writeZero(5)
        .skipBytes(77)
        .writerIndex(1077);
  }

  private static List<ByteBuf> slices(ByteBuf whole) {
    whole.writeBytes(bytes(0, 1000));
    List<ByteBuf> slices =
        List.of(whole.readRetainedSlice(300), whole.readRetainedSlice(1), whole.readSlice(699));
    return slices;
  }

  private static ByteBuf composite(boolean firstDirect, boolean secondDirect) {
    return pooled()
        .compositeBuffer()
        .addComponent(true, part(firstDirect, 0, 400))
        .addComponent(true, part(secondDirect, 400, 600));
  }

  private static ByteBuf part(boolean direct, int from, int length) {
    ByteBuf part = direct ? pooled().directBuffer(length) : pooled().heapBuffer(length);
    return part.writeBytes(bytes(from, length));
  }

  private static ByteBuf sliceOfComposite() {
    ByteBuf all =
        pooled()
            .compositeBuffer()
            .addComponent(true, pooled().directBuffer(8).writeZero(8))
            .addComponent(true, part(true, 0, 500))
            .addComponent(true, part(true, 500, 500))
            .addComponent(true, pooled().directBuffer(8).writeZero(8));
    return all.slice(8, 1000);
  }

  private static ByteBuf compositeWithEmptyOnes() {
    return pooled()
        .compositeBuffer()
        .addComponent(true, pooled().directBuffer(8))
        .addComponent(true, part(true, 0, 500))
        .addComponent(true, pooled().directBuffer(8))
        .addComponent(true, part(true, 500, 500))
        .addComponent(true, pooled().directBuffer(8));
  }

  private static ByteBuf compositeOfOne() {
    return pooled().compositeBuffer().addComponent(true, part(true, 0, 1000));
  }

  private static List<ByteBuf> withEmptyOnes() {
    return List.of(
        Unpooled.EMPTY_BUFFER,
        pooled().directBuffer(8),
        part(true, 0, 500),
        pooled().heapBuffer(8),
        pooled().compositeBuffer(),
        part(true, 500, 500),
        Unpooled.EMPTY_BUFFER);
  }

  @Test
  void aBufferLargerThanTheWriteQueueIsSent() throws IOException {
    CompletableFuture<Void> receiving =
        Background.run(() -> peer.receive(Pattern.DEFAULT, 16 * MEBIBYTE));
    Await.completion(out().send(buffers(16 * MEBIBYTE, 16 * MEBIBYTE)).then());
    Await.completion(receiving);
    assertAllReleased();
  }

  @Test
  void nothingButEmptyBuffersCompletes() {
    Await.completion(out().send(Flux.just(Unpooled.EMPTY_BUFFER, pooled().directBuffer(8))).then());
    Await.completion(out().send(Flux.empty()).then());
    Await.completion(out().then());
  }

  // ---- order

  @Test
  void aSequenceIsSentInItsOrder() throws IOException {
    Await.completion(
        out()
            .sendString(Flux.just("one ", "two "))
            .sendByteArray(Mono.just("three ".getBytes(StandardCharsets.UTF_8)))
            .then(Mono.empty())
            .send(Mono.just(Unpooled.copiedBuffer("four ", StandardCharsets.UTF_8)))
            .sendString(Mono.just("f\u00fcnf"), StandardCharsets.ISO_8859_1)
            .shutdownOutput()
            .then());
    assertEquals("one two three four f\ufffdnf", peer.receiveTextToEnd());
  }

  @Test
  void whatComesFromOtherThreadsKeepsItsOrder() throws IOException {
    CompletableFuture<Void> receiving =
        Background.run(() -> peer.receive(Pattern.DEFAULT, 4 * MEBIBYTE));
    Await.completion(
        out().send(buffers(4 * MEBIBYTE, 999).publishOn(Schedulers.parallel())).then());
    Await.completion(receiving);
    assertAllReleased();
  }

  @Test
  void whatManyThreadsSendArrivesWholeAndInTheOrderOfEach() throws IOException {
    int senders = 8;
    int each = 2000;
    CompletableFuture<List<byte[]>> receiving =
        Background.call(() -> {
          List<byte[]> records = new ArrayList<>();
          for (int i = 0; i < senders * each; i++) {
            records.add(peer.receiveText(8).getBytes(StandardCharsets.US_ASCII));
          }
          return records;
        });
    Await.completion(
        Flux.range(0, senders)
            .flatMap(
                sender ->
                    out()
                        .sendString(
                            Flux.range(0, each)
                                .map(number -> "%d-%06d".formatted(sender, number))
                                .publishOn(Schedulers.parallel()))
                        .then(),
                senders)
            .then());
    int[] next = new int[senders];
    for (byte[] bytes : Await.completion(receiving)) {
      String record = new String(bytes, StandardCharsets.US_ASCII);
      int sender = record.charAt(0) - '0';
      assertEquals(next[sender]++, Integer.parseInt(record.substring(2)), record);
    }
    int[] expected = new int[senders];
    Arrays.fill(expected, each);
    assertEquals(Arrays.toString(expected), Arrays.toString(next));
  }

  // ---- the end

  @Test
  void aCancelledSendReleasesWhatItWasGivenAndTheConnectionGoesOn() throws IOException {
    AtomicLong pulled = new AtomicLong();
    CountDownLatch cancelled = new CountDownLatch(1);
    Disposable sending =
        out()
            .send(
                buffers(Long.MAX_VALUE, 10_000)
                    .doOnNext(buffer -> pulled.addAndGet(buffer.readableBytes()))
                    .doOnCancel(cancelled::countDown))
            .then()
            .subscribe();
    Turns.untilSteady(LOOPS.group(), pulled::get);
    sending.dispose();
    Await.until("the publisher cancelled", () -> cancelled.getCount() == 0);
    CompletableFuture<Void> sendingNext =
        out().sendByteArray(Mono.just(NEXT)).shutdownOutput().then().toFuture();
    // What was written by then is sent, and nothing after it but what is sent next.
    byte[] received = peer.receiveToEnd();
    int before = received.length - NEXT.length;
    assertTrue(before > 0 && before <= pulled.get(), () -> before + " of " + pulled);
    Pattern.DEFAULT.check(ByteBuffer.wrap(received, 0, before), 0);
    assertArrayEquals(NEXT, Arrays.copyOfRange(received, before, received.length));
    Await.completion(sendingNext);
    assertAllReleased();
  }

  @Test
  void aSendThatIsCancelledAtAnyMomentReleasesWhatItWasGiven() {
    for (int i = 0; i < 200; i++) {
      Disposable sending =
          out().send(buffers(1000, 10).subscribeOn(Schedulers.parallel())).then().subscribe();
      for (int spins = i * 50; spins > 0 && !sending.isDisposed(); spins--) {
        Thread.onSpinWait();
      }
      sending.dispose();
    }
    assertAllReleased();
  }

  @Test
  void aPublisherThatFailsFailsTheSendAfterWhatCameBefore() throws IOException {
    RuntimeException failure = new IllegalStateException("on purpose");
    Mono<Void> sending = out().send(buffers(100_000, 1000).concatWith(Mono.error(failure))).then();
    assertSame(failure, Failures.of(IllegalStateException.class, sending));
    peer.receive(Pattern.DEFAULT, 100_000);
    assertAllReleased();
    Await.completion(out().sendString(Mono.just("next")).then());
    assertEquals("next", peer.receiveText(4));
  }

  @Test
  void onAnEndedConnectionItFailsAndReleases() {
    client.abort();
    Await.completion(client.onDispose());
    Failures.of(IOException.class, out().send(buffers(100_000, 1000)).then());
    Failures.of(IOException.class, out().send(Mono.just(pattern())).then());
    assertAllReleased();
  }

  @Test
  void aBufferThatIsCancelledBeforeThereIsRoomForItIsReleased() {
    AtomicLong pulled = new AtomicLong();
    Disposable before =
        out()
            .send(
                buffers(Long.MAX_VALUE, 10_000)
                    .doOnNext(buffer -> pulled.addAndGet(buffer.readableBytes())))
            .then()
            .subscribe();
    Turns.untilSteady(LOOPS.group(), pulled::get);
    Disposable waiting = out().send(Mono.just(pattern())).then().subscribe();
    Turns.many(LOOPS.group());
    waiting.dispose();
    before.dispose();
    client.abort();
    assertAllReleased();
  }

  private ByteBuf pattern() {
    ByteBuf buffer = Pattern.DEFAULT.buffer(0, 1000);
    given.add(buffer);
    return buffer;
  }

  @Test
  void aConnectionThatIsAbortedMeanwhileFailsItAndReleases() {
    AtomicLong pulled = new AtomicLong();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    out()
        .send(
            buffers(Long.MAX_VALUE, 10_000)
                .doOnNext(buffer -> pulled.addAndGet(buffer.readableBytes()))
                .subscribeOn(Schedulers.parallel()))
        .then()
        .subscribe(nothing -> {}, failure::complete);
    Turns.untilSteady(LOOPS.group(), pulled::get);
    client.abort();
    assertTrue(Await.completion(failure) instanceof IOException);
    assertAllReleased();
  }

  @Test
  void aBufferThatWasReleasedBeforeFailsTheSendAndNotTheLoop() throws IOException {
    ByteBuf released = Pattern.DEFAULT.buffer(0, 10);
    released.release();
    Failures.of(IllegalReferenceCountException.class, out().send(Mono.just(released)).then());
    Await.completion(out().sendString(Mono.just("next")).then());
    assertEquals("next", peer.receiveText(4));
  }

  @Test
  void itCompletesOnlyWhenTheKernelHasTakenAll() throws IOException {
    AtomicLong pulled = new AtomicLong();
    CompletableFuture<Void> done =
        out()
            .send(
                buffers(16 * MEBIBYTE, MEBIBYTE)
                    .doOnNext(buffer -> pulled.addAndGet(buffer.readableBytes())))
            .then()
            .toFuture();
    Turns.untilSteady(LOOPS.group(), pulled::get);
    assertFalse(done.isDone());
    peer.receive(Pattern.DEFAULT, 16 * MEBIBYTE);
    Await.completion(done);
    assertAllReleased();
  }
}
