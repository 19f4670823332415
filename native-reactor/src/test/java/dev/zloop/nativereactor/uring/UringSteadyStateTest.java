package dev.zloop.nativereactor.uring;

import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.zloop.nativereactor.sys.Sockets;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@NeedsUring
@Tag("optimized")
class UringSteadyStateTest {
  private static final int ROUNDS_MAX = 1000;
  private static final int TURNS = 1000;

  /** Compiled code allocates nothing; until the compiler is through, the interpreter may. */
  @Test
  void sendingReceivingProvidingAndWakingAllocateNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    try (Uring uring = Uring.open()) {
      Sockets.Pair pair = uring.sockets.tcpPair();
      uring.provideAll();
      for (int round = 0; allocated > 0 && round < ROUNDS_MAX; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        turns(uring, pair);
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
    }
    assertEquals(0, allocated);
  }

  private static void turns(Uring uring, Sockets.Pair pair) {
    UringCompletor completor = uring.completor;
    long bytes = uring.bytes.address();
    for (int turn = 0; turn < TURNS; turn++) {
      completor.recvMultishot(pair.near(), 0, 8, 8, 1);
      completor.send(pair.far(), bytes, 8, MSG_NOSIGNAL, 2);
      completor.wakeup();
      for (int over = 0; over < 2; ) {
        ok(completor.enter(1_000_000));
        while (completor.next()) {
          ok(completor.result());
          over += completor.hasMore() ? 0 : 1;
          if (completor.bufferId() >= 0 && !completor.bufferHasMore()) {
            uring.provide(completor.bufferId());
          }
        }
      }
    }
  }
}
