package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.Connection;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What {@code receive()} promises to its subscribers. */
class ReceiveIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

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

  @Test
  void cancellingStopsTheReadingAndNoMore() throws IOException {
    CompletableFuture<Long> first = new CompletableFuture<>();
    client
        .inbound()
        .receive()
        .map(buffer -> (long) buffer.readableBytes())
        .take(1)
        .subscribe(first::complete);
    peer.send("x");
    assertEquals(1, Await.completion(first));

    peer.sendUntilStopped(Pattern.DEFAULT, Long.MAX_VALUE, LOOPS.group());
    Await.completion(client.outbound().send(Pattern.DEFAULT.buffers(100_000, 10_000)).then());
    peer.receive(Pattern.DEFAULT, 100_000);
  }

  @Test
  void cancellingBeforeAnythingArrivesKeepsTheConnection() throws IOException {
    client.inbound().receive().subscribe().dispose();
    peer.send("x");
    Await.completion(client.outbound().sendString(Mono.just("still here")).then());
    assertEquals("still here", peer.receiveText(10));
  }

  @Test
  void aSecondSubscriberAtATimeIsRefused() {
    client.inbound().receive().subscribe();
    Failures.assertMentions(
        Failures.of(IllegalStateException.class, client.inbound().receive().then()),
        "has a subscriber, expected one at a time");
  }

  @Test
  void subscribersOneAfterTheOtherLoseNothing() throws IOException {
    int length = 3_000_000;
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Mono<Void> received =
        Flux.defer(() -> client.inbound().receive().asByteArray().take(1))
            .doOnNext(all::writeBytes)
            .repeat(() -> all.size() < length)
            .then()
            .cache();
    received.subscribe();
    peer.send(Pattern.DEFAULT, length);
    Await.completion(received);
    assertArrayEquals(Pattern.DEFAULT.bytes(0, length), all.toByteArray());
    peer.shutdownOutput();
    Await.completion(client.inbound().receive().then());
  }

  @Test
  void whoSubscribesAfterTheEndIsToldOfIt() throws IOException {
    // Something being sent keeps the connection open.
    client.outbound().send(Mono.never()).then().subscribe(null, aborted -> {});
    peer.shutdownOutput();
    Await.completion(client.inbound().receive().then());
    Await.completion(client.inbound().receive().then());
  }

  @Test
  void aBufferIsReleasedAfterOnNext() throws IOException {
    List<ByteBuf> seen = Collections.synchronizedList(new ArrayList<>());
    Mono<Void> received = client.inbound().receive().doOnNext(seen::add).then();
    peer.send(Pattern.DEFAULT, 1_000_000);
    peer.shutdownOutput();
    Await.completion(received);
    seen.forEach(buffer -> assertEquals(0, buffer.refCnt()));
  }

  @Test
  void aRetainedBufferIsTheReceiversToRelease() throws IOException {
    List<ByteBuf> seen = Collections.synchronizedList(new ArrayList<>());
    Mono<Void> received = client.inbound().receive().retain().doOnNext(seen::add).then();
    peer.send(Pattern.DEFAULT, 1_000_000);
    peer.shutdownOutput();
    Await.completion(received);
    for (ByteBuf buffer : seen) {
      assertEquals(1, buffer.refCnt());
      assertTrue(buffer.release());
    }
  }

  @Test
  void aRetainedBufferMayBeReleasedOnAnotherThread() throws IOException {
    Mono<Long> received =
        client
            .inbound()
            .receive()
            .retain()
            .publishOn(Schedulers.parallel())
            .map(buffer -> {
              long length = buffer.readableBytes();
              buffer.release();
              return length;
            })
            .reduce(0L, Long::sum)
            .cache();
    received.subscribe();
    peer.send(Pattern.DEFAULT, 10_000_000);
    peer.shutdownOutput();
    assertEquals(10_000_000, Await.completion(received));
  }

  @Test
  void asByteArrayCopies() throws IOException {
    Mono<byte[]> received =
        client
            .inbound()
            .receive()
            .asByteArray()
            .reduceWith(
                ByteArrayOutputStream::new,
                (all, bytes) -> {
                  all.writeBytes(bytes);
                  return all;
                })
            .map(ByteArrayOutputStream::toByteArray);
    peer.send(Pattern.DEFAULT, 10_000);
    peer.shutdownOutput();
    assertArrayEquals(Pattern.DEFAULT.bytes(0, 10_000), Await.completion(received));
  }

  @Test
  void charactersAreWholeHoweverTheirBytesArrive() throws IOException {
    // Of one, two, three and four bytes in UTF-8.
    String text = "a\u00e9\u20ac\ud83d\ude00".repeat(3);
    List<String> pieces = Collections.synchronizedList(new ArrayList<>());
    Mono<Void> received =
        client.inbound().receive().asString().doOnNext(pieces::add).then().cache();
    received.subscribe();
    for (byte oneByOne : text.getBytes(StandardCharsets.UTF_8)) {
      peer.send(new byte[] {oneByOne});
      Turns.many(LOOPS.group());
    }
    peer.shutdownOutput();
    Await.completion(received);
    assertEquals(text, String.join("", pieces));
    assertTrue(pieces.size() > 1, "it came in one piece, which shows nothing");
    pieces.forEach(piece -> assertEquals(-1, piece.indexOf('\ufffd'), piece));
  }

  @Test
  void aCharacterThatIsNeverCompletedBecomesTheReplacement() throws IOException {
    byte[] text = "a\u20ac".getBytes(StandardCharsets.UTF_8);
    Mono<String> received =
        client.inbound().receive().asString().collectList().map(all -> String.join("", all));
    peer.send(Arrays.copyOf(text, text.length - 1));
    peer.shutdownOutput();
    assertEquals("a\ufffd", Await.completion(received));
  }

  @Test
  void signalsComeOnTheConnectionsLoop() throws IOException {
    Flux<Boolean> inLoop = client.inbound().receive().map(buffer -> client.loop().inLoop());
    peer.send("x");
    peer.shutdownOutput();
    assertEquals(List.of(true), Await.completion(inLoop.collectList()));
  }
}
