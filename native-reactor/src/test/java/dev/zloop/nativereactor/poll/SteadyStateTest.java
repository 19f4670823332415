package dev.zloop.nativereactor.poll;

import static dev.zloop.nativereactor.poll.Poller.STREAM;
import static dev.zloop.nativereactor.sys.Errno.EAGAIN;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_DONTWAIT;
import static dev.zloop.nativereactor.sys.SocketConstants.MSG_NOSIGNAL;
import static dev.zloop.nativereactor.sys.Sockets.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.zloop.nativereactor.Backend;
import dev.zloop.nativereactor.sys.Memory;
import dev.zloop.nativereactor.sys.Region;
import dev.zloop.nativereactor.sys.Sockets;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("optimized")
class SteadyStateTest {
  private static final int ROUNDS_MAX = 1000;
  private static final int TURNS = 1000;

  @Test
  void sendingPollingReceivingAndWakingAllocateNothing() {
    assertAllocatesNothing(EpollPoller.open(8));
  }

  @Test
  void soWithKqueue() {
    assumeTrue(Backend.KQUEUE.isAvailable(), "no kqueue here");
    assertAllocatesNothing(KqueuePoller.open(8));
  }

  /** Compiled code allocates nothing; until the compiler is through, the interpreter may. */
  private static void assertAllocatesNothing(Poller opened) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    try (Sockets sockets = new Sockets();
        Poller poller = opened;
        Region region = Region.allocate(64, 8)) {
      Sockets.Pair pair = sockets.tcpPair();
      ok(poller.register(pair.near(), STREAM, 1));
      for (int round = 0; allocated > 0 && round < ROUNDS_MAX; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        turns(sockets, pair, poller, region.address());
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
    }
    assertEquals(0, allocated);
  }

  private static void turns(Sockets sockets, Sockets.Pair pair, Poller poller, long bytes) {
    for (int turn = 0; turn < TURNS; turn++) {
      ok(sockets.syscalls.send(pair.far(), bytes, 8, MSG_NOSIGNAL));
      poller.wakeup();
      int received;
      do { // a busy kernel may deliver later than it wakes
        ok(poller.poll(1_000_000));
        received = sockets.syscalls.recv(pair.near(), bytes + 8, 56, MSG_DONTWAIT);
      } while (received == -EAGAIN);
      ok(received);
      Memory.copy(bytes + 8, bytes, 8);
    }
  }
}
