package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import dev.zloop.reactor.tcp.DisposableServer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;

/** BlockHound watches over every test of this module, those of the echo above all: it bites. */
class BlockHoundIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @Test
  void aHandlerThatSleepsIsCaught() throws IOException {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    DisposableServer server =
        LOOPS
            .server()
            .doOnError((connection, error) -> heard.complete(error))
            .handle((in, out) -> in.receive().doOnNext(buffer -> sleep()).then())
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.send("x");
      Throwable error = Await.completion(heard);
      assertTrue(error instanceof BlockingOperationError, error::toString);
    }
    server.disposeNow();
  }

  private static void sleep() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void waitingForAServerOnALoopIsCaught() {
    assertCaught(LOOPS.first(), "bindNow", () -> LOOPS.echoServer().bindNow());
  }

  @Test
  void waitingForAConnectionOnALoopIsCaught() {
    assertCaught(LOOPS.first(), "connectNow", () -> LOOPS.client(1).connectNow());
  }

  @Test
  void aLoopWithoutReactorsThreadsIsWatchedToo() {
    ZLoop loop = ZLoop.builder().name("plain").build().start();
    assertCaught(loop, "sleep", BlockHoundIT::sleep);
    assertCaught(loop, "bindNow", () -> LOOPS.echoServer().bindNow());
    loop.close();
    Await.completion(loop.onClosed());
  }

  private static void assertCaught(ZLoop loop, String call, Runnable blocking) {
    Mono<Void> onLoop = Mono.fromFuture(CompletableFuture.runAsync(blocking, loop));
    Failures.assertMentions(Failures.of(BlockingOperationError.class, onLoop), call);
  }
}
