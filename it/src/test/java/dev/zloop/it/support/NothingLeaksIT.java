package dev.zloop.it.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zloop.core.ZLoop;
import dev.zloop.reactor.tcp.DisposableServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who watches the watchman: what {@link NothingLeaks} counts, it does see. */
class NothingLeaksIT {
  @RegisterExtension static final Loops LOOPS = Loops.of(1);

  @Test
  void itSeesEveryBufferUntilThatIsReleased() {
    int before = OpenBuffers.count();
    List<ByteBuf> buffers =
        List.of(
            ByteBufAllocator.DEFAULT.directBuffer(1),
            ByteBufAllocator.DEFAULT.heapBuffer(1),
            ByteBufAllocator.DEFAULT.compositeBuffer(),
            Unpooled.directBuffer(1));
    assertEquals(before + buffers.size(), OpenBuffers.count());
    assertTrue(OpenBuffers.describe().contains("itSeesEveryBuffer"), OpenBuffers::describe);
    buffers.forEach(ByteBuf::release);
    assertEquals(before, OpenBuffers.count());
  }

  @Test
  void itSeesEveryReceivedBufferUntilThatIsReleased() throws IOException {
    int before = OpenBuffers.count();
    CompletableFuture<ByteBuf> received = new CompletableFuture<>();
    DisposableServer server =
        LOOPS
            .server()
            .handle((in, out) -> in.receive().retain().doOnNext(received::complete).then())
            .bindNow();
    try (Peer peer = Peer.connect(server.address())) {
      peer.send("x");
      ByteBuf buffer = Await.completion(received);
      assertEquals(before + 1, OpenBuffers.count());
      buffer.release();
      Await.until("released on the loop, too", () -> OpenBuffers.count() == before);
    }
    server.disposeNow();
  }

  @Test
  void itSeesSockets() throws IOException {
    OpenDescriptors before = OpenDescriptors.now();
    try (var listener = Peer.listen()) {
      assertTrue(listener.isOpen());
      assertFalse(OpenDescriptors.now().isWithin(before));
    }
    assertTrue(OpenDescriptors.now().isWithin(before));
  }

  @Test
  void itSeesLoops() {
    OpenDescriptors before = OpenDescriptors.now();
    try (ZLoop loop = ZLoop.builder().build()) {
      OpenDescriptors with = OpenDescriptors.now();
      assertEquals(before.queues() + 1, with.queues(), loop::toString);
    }
    assertTrue(OpenDescriptors.now().isWithin(before));
  }
}
