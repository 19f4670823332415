package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Checker;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.it.support.Turns;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Each direction of a connection ends by itself. */
class HalfCloseIT {
  private static final int MEBIBYTE = 1 << 20;
  private static final int BUFFER_BYTES = 32 << 10;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  @Test
  void afterThePeersEndTheHandlerStillSends() throws IOException {
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) ->
                in.receive().then(out.send(Pattern.DEFAULT.buffers(MEBIBYTE, BUFFER_BYTES)).then()))
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.send("the question");
      peer.shutdownOutput();
      peer.receive(Pattern.DEFAULT, MEBIBYTE);
      peer.receiveEnd();
    }
    server.disposeNow();
  }

  @Test
  void afterOurEndTheHandlerStillReceives() throws IOException {
    Checker checker = new Checker();
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) ->
                out.sendString(Mono.just("the greeting"))
                    .shutdownOutput()
                    .then(in.receive().doOnNext(checker).then()))
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      assertEquals("the greeting", peer.receiveTextToEnd());
      peer.send(Pattern.DEFAULT, MEBIBYTE);
      peer.shutdownOutput();
      Await.until("all received", () -> checker.received() == MEBIBYTE);
    }
    server.disposeNow();
  }

  @Test
  void anEndBehindAFullQueueWaitsItsTurn() throws IOException {
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) ->
                out.send(Pattern.DEFAULT.buffers(8 * MEBIBYTE, BUFFER_BYTES))
                    .shutdownOutput()
                    .then(in.receive().then()))
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.receive(Pattern.DEFAULT, 8 * MEBIBYTE);
      peer.receiveEnd();
    }
    server.disposeNow();
  }

  @Test
  void sendingAfterOurEndFails() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      try (Peer peer = Peer.accept(listener)) {
        Await.completion(client.outbound().shutdownOutput().then());
        peer.receiveEnd();
        IOException failure =
            Failures.of(IOException.class, client.outbound().sendString(Mono.just("more")).then());
        Failures.assertMentions(failure, "has ended");
      }
      Await.completion(client.onDispose());
    }
  }

  @Test
  void aClientWithoutAHandlerEndsWhenThePeerHasEndedAndAllIsSent() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      try (Peer peer = Peer.accept(listener)) {
        Sinks.Many<String> text = Sinks.many().unicast().onBackpressureBuffer();
        Mono<Void> sent = client.outbound().sendString(text.asFlux()).then().cache();
        sent.subscribe();
        text.tryEmitNext("one ");
        assertEquals("one ", peer.receiveText(4));
        peer.shutdownOutput();
        Turns.many(LOOPS.group());
        assertFalse(client.isDisposed());
        text.tryEmitNext("two");
        text.tryEmitComplete();
        assertEquals("two", peer.receiveTextToEnd());
        Await.completion(sent);
      }
      Await.completion(client.onDispose());
      assertTrue(client.isDisposed());
    }
  }

  @Test
  void bothMayEndAtTheSameTime() throws IOException {
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) -> out.shutdownOutput().then(in.receive().then()))
            .bindNow();
    for (int i = 0; i < 100; i++) {
      try (Peer peer = Peer.connect(server.address())) {
        peer.shutdownOutput();
        peer.receiveEnd();
      }
    }
    server.disposeNow();
  }
}
