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
  private static final String TCP = "dev.zloop.reactor.tcp.";

  /** For the service loader. */
  public ZLoopBlockHoundIntegration() {}

  @Override
  public void applyTo(BlockHound.Builder builder) {
    // Reactor's and Netty's integrations cover the threads of ZLoopThreads.
    builder.nonBlockingThreadPredicate(current -> current.or(LoopThread.class::isInstance));
    allowHandingWorkToExecutors(builder);
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

  /** So that the report names what the user called, not what it waits in. */
  private static void markOwnWaits(BlockHound.Builder builder) {
    builder.markAsBlocking(TCP + "TcpServer", "bindNow", "()L" + name("DisposableServer") + ";");
    builder.markAsBlocking(TCP + "TcpClient", "connectNow", "()L" + name("Connection") + ";");
    builder.markAsBlocking(TCP + "DisposableServer", "disposeNow", "()V");
    builder.markAsBlocking(TCP + "Connection", "disposeNow", "()V");
  }

  private static String name(String type) {
    return (TCP + type).replace('.', '/');
  }
}
