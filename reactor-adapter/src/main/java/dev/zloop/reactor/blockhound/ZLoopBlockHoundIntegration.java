package dev.zloop.reactor.blockhound;

import dev.zloop.core.loop.LoopThread;
import java.util.concurrent.ThreadPoolExecutor;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Tells BlockHound that loops must not be blocked, and where something looks like blocking and is
 * not. Found by itself when BlockHound is on the class path; public for the service loader only.
 *
 * <p>The loop's own wait needs no allowance: a call of the kernel through the FFM API is not among
 * what BlockHound sees.
 */
public final class ZLoopBlockHoundIntegration implements BlockHoundIntegration {
  /** For the service loader. */
  public ZLoopBlockHoundIntegration() {}

  @Override
  public void applyTo(BlockHound.Builder builder) {
    // Reactor's and Netty's integrations cover the threads of ZLoopThreads.
    builder.nonBlockingThreadPredicate(current -> current.or(LoopThread.class::isInstance));
    allowHandingWorkToExecutors(builder);
    allowSharingTheAllocator(builder);
    markOwnWaits(builder);
  }

  /**
   * A loop gives blocking work, such as name resolution, to an executor. Where that is a thread
   * pool, other threads may hold the lock of its queue or of its set of workers, for a few
   * instructions. A pool that makes its caller run the task is still seen when the task blocks.
   */
  private static void allowHandingWorkToExecutors(BlockHound.Builder builder) {
    builder.allowBlockingCallsInside(ThreadPoolExecutor.class.getName(), "execute");
    builder.disallowBlockingCallsInside(
        ThreadPoolExecutor.CallerRunsPolicy.class.getName(), "rejectedExecution");
  }

  /**
   * Threads that are not Netty's share what its default allocator allocates from. When it makes
   * more of that for them, it waits until an allocation that goes on is done.
   */
  private static void allowSharingTheAllocator(BlockHound.Builder builder) {
    builder.allowBlockingCallsInside(
        "io.netty.buffer.AdaptivePoolingAllocator$MagazineGroup", "tryExpandMagazines");
  }

  /**
   * So that the report names what the user called, and nothing has begun by then. Those without a
   * timeout call these.
   */
  private static void markOwnWaits(BlockHound.Builder builder) {
    mark(builder, "TcpServer", "bindNow", "L" + name("DisposableServer") + ";");
    mark(builder, "TcpClient", "connectNow", "L" + name("Connection") + ";");
    mark(builder, "DisposableServer", "disposeNow", "V");
    mark(builder, "Connection", "disposeNow", "V");
  }

  private static void mark(
      BlockHound.Builder builder, String type, String method, String returned) {
    builder.markAsBlocking(name(type), method, "(Ljava/time/Duration;)" + returned);
  }

  /** As class files have it. A name, so that the classes are not loaded before they are used. */
  private static String name(String type) {
    return "dev/zloop/reactor/tcp/" + type;
  }
}
