package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zloop.it.support.Await;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Pattern;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.tcp.Connection;
import dev.zloop.reactor.tcp.DisposableServer;
import dev.zloop.reactor.tcp.SocketOption;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** A graceful close loses nothing that was sent, and ends in any case. */
class GracefulCloseIT {
  private static final int MEBIBYTE = 1 << 20;
  private static final int BUFFER_BYTES = 32 << 10;

  @RegisterExtension static final Loops LOOPS = Loops.of(2);

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 8 * MEBIBYTE})
  void thePeerGetsEveryByteAlthoughItsOwnWereNeverRead(int length) throws IOException {
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) -> out.send(Pattern.DEFAULT.buffers(length, BUFFER_BYTES)))
            .bindNow();
    for (int i = 0; i < 10; i++) {
      try (Peer peer = Peer.connect(server.address())) {
        CompletableFuture<Void> sending = peer.sendInBackground(Pattern.DEFAULT, 4 * MEBIBYTE);
        peer.receive(Pattern.DEFAULT, length);
        peer.receiveEnd();
        Await.completion(sending);
      }
    }
    server.disposeNow();
  }

  @Test
  void disposingFlushesWhatWasSentBefore() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client = LOOPS.client(listener.socket().getLocalPort()).connectNow();
      try (Peer peer = Peer.accept(listener)) {
        Await.completion(
            client.outbound().send(Pattern.DEFAULT.buffers(100_000, BUFFER_BYTES)).then());
        client.dispose();
        peer.receive(Pattern.DEFAULT, 100_000);
        peer.receiveEnd();
      }
      Await.completion(client.onDispose());
    }
  }

  @Test
  void aPeerThatNeverEndsIsNotWaitedForForEver() throws IOException {
    try (ServerSocketChannel listener = Peer.listen()) {
      Connection client =
          LOOPS
              .client(listener.socket().getLocalPort())
              .option(SocketOption.CLOSE_TIMEOUT, Duration.ofMillis(100))
              .connectNow();
      try (Peer peer = Peer.accept(listener)) {
        client.dispose();
        peer.receiveEnd();
        Await.completion(client.onDispose());
      }
    }
  }

  @Test
  void aPeerThatNeverReadsIsNotWaitedForForEver() throws IOException {
    CompletableFuture<Connection> connection = new CompletableFuture<>();
    DisposableServer server =
        LOOPS
            .server()
            .doOnConnection(connection::complete)
            .childOption(SocketOption.SO_SNDBUF, 16 << 10)
            .childOption(SocketOption.WRITE_QUEUE_HIGH_BYTES, MEBIBYTE)
            .childOption(SocketOption.CLOSE_TIMEOUT, Duration.ofMillis(100))
            .handle((in, out) -> {
              // More than the kernels take, and all of it accepted by the write queue.
              out.send(Pattern.DEFAULT.buffers(MEBIBYTE, MEBIBYTE))
                  .then()
                  .subscribe(nothing -> {}, error -> {});
              return Mono.empty();
            })
            .bindNow();
    try (Peer peer = Peer.connect(server.address(), 16 << 10)) {
      Await.completion(Await.completion(connection).onDispose());
      assertThrows(IOException.class, () -> peer.receive(Pattern.DEFAULT, MEBIBYTE));
    }
    server.disposeNow();
  }
}
