package dev.zloop.reactor.blockhound;

import dev.zloop.core.loop.LoopThread;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Tells BlockHound that loops must not be blocked, what blocks that it does not know of, and where
 * something looks like blocking and is not. Found by itself when BlockHound is on the class path;
 * public for the service loader only.
 */
public final class ZLoopBlockHoundIntegration implements BlockHoundIntegration {
  /** For the service loader. */
  public ZLoopBlockHoundIntegration() {}

  @Override
  public void applyTo(BlockHound.Builder builder) {
    // Reactor's and Netty's integrations cover the threads of ZLoopThreads.
    builder.nonBlockingThreadPredicate(current -> current.or(LoopThread.class::isInstance));
    BlockingCalls.markAllFor(builder);
    Allowance.applyAllTo(builder);
  }
}
