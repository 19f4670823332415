package dev.zloop.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.it.support.Await;
import dev.zloop.it.support.Failures;
import dev.zloop.it.support.Loops;
import dev.zloop.it.support.Peer;
import dev.zloop.nativereactor.Backend;
import dev.zloop.reactor.tcp.DisposableServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

  /** And of a loop's own wait nothing is said, whatever it waits in. */
  @ParameterizedTest
  @EnumSource
  void aLoopIsWatchedWhateverItRunsOn(Backend backend) {
    assumeTrue(backend.isAvailable(), backend::name);
    CompletableFuture<Throwable> reported = new CompletableFuture<>();
    ZLoop loop =
        ZLoop.builder()
            .backend(backend)
            .errorHandler((failed, error) -> reported.complete(error))
            .build()
            .start();
    assertCaught(loop, "sleep", BlockHoundIT::sleep);
    CompletableFuture<Void> afterAWait = new CompletableFuture<>();
    loop.schedule(() -> afterAWait.complete(null), Duration.ofMillis(5));
    Await.completion(afterAWait);
    loop.close();
    Await.completion(loop.onClosed());
    assertFalse(reported.isDone(), reported::toString);
  }

  private static void assertCaught(ZLoop loop, String call, Runnable blocking) {
    Mono<Void> onLoop = Mono.fromFuture(CompletableFuture.runAsync(blocking, loop));
    Failures.assertMentions(Failures.of(BlockingOperationError.class, onLoop), call);
  }
}
